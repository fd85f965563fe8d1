/** Builds `dist` before the tests, since worker threads, other API processes and the commands run from there. */
import { execFileSync } from 'node:child_process';
import type { TestProject } from 'vitest/node';

const build = (): void => void execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit', shell: process.platform === 'win32' });

export default function setup(project: TestProject): void {
  build();
  project.onTestsRerun(async () => build());
}
