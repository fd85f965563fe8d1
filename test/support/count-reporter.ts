/** Ends a run with its counts. On CI, where every program that tests need is installed, a skipped test fails the run. */
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';

/** Minutes after which a file ends the run. A test that never gives its turn back outlives every timeout of its own process. */
const maxMinutes = 30;

export default class CountReporter implements Reporter {
  readonly #overdue = new Map<string, NodeJS.Timeout>();
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestModuleStart({ relativeModuleId }: TestModule): void {
    const end = (): void => {
      process.stderr.write(`${relativeModuleId} has not ended after ${maxMinutes} minutes, and the run ends.\n`);
      process.exitCode = 1;
      void this.#vitest?.exit(true);
    };
    // eslint-disable-next-line no-restricted-syntax -- the length of the wait is the matter
    this.#overdue.set(relativeModuleId, setTimeout(end, maxMinutes * 60_000).unref());
  }

  onTestModuleEnd({ relativeModuleId }: TestModule): void {
    clearTimeout(this.#overdue.get(relativeModuleId));
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): TestCase[] => tests.filter((test) => test.result().state === state);
    const [passed, failed, skipped] = [count('passed'), count('failed'), count('skipped')];
    for (const test of tests.filter((each) => each.diagnostic()?.flaky)) {
      process.stderr.write(`passed at the second try only: ${test.module.relativeModuleId} > ${test.fullName}\n`);
      for (const { message, diff } of test.result().errors ?? []) process.stderr.write(`${message}\n${diff ?? ''}\n`);
    }
    // A file that cannot be loaded has no tests to count.
    const broken = modules.filter((module) => !module.ok() && module.errors().length > 0).length;
    if (skipped.length > 0 && process.env['CI']) {
      process.exitCode = 1;
      for (const { fullName, module } of skipped) process.stderr.write(`skipped on CI: ${module.relativeModuleId} > ${fullName}\n`);
    }
    process.stdout.write(`\n${passed.length} passed, ${failed.length + broken} failed, ${skipped.length} skipped\n`);
  }
}
