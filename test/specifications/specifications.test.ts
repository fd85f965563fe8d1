/**
 * MongoDB's own specification tests, in its unified test format, run with the driver against the store. What the
 * store refuses is listed with code and reason beside this file, and so is where the driver sends other commands and what
 * is left out (code 0) and why; every other test passes. The tests are read from the folder that MONGODB_SPECIFICATIONS names; without one, this group of tests does not run.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmbeddedStore, type EmbeddedStore } from '../../src/store/embedded/index.js';
import { FaultProxy } from '../support/specifications/fault-proxy.js';
import { show } from '../support/specifications/matching.js';
import { parseSpecification, Run, unmet, type Server, type Specification } from '../support/specifications/runner.js';

/** Tests of one reason: the server's code is what a client is told. */
interface Refusal {
  code: number;
  reason: string;
  /** The driver sends other commands than the specification says; answers and data are the same. */
  otherCommands?: boolean;
  tests: string[];
}

const folder = process.env['MONGODB_SPECIFICATIONS'] ?? '';
const refusals = JSON.parse(readFileSync(new URL('specifications-refused.json', import.meta.url), 'utf8')) as Refusal[];
const refused = new Map(refusals.flatMap((refusal) => refusal.tests.map((name) => [name, refusal] as const)));
const version = '7.0.0';

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json'))
  .sort();

/** @throws Error unless the test fails because the server refused something with the listed code */
async function requireRefusal(run: Run, specification: Specification, at: number, { code }: Refusal): Promise<void> {
  const failure = await requireOutcome(run, specification, at, false).then(
    () => null,
    (error: unknown) => error,
  );
  if (!failure) throw new Error('this test passes: take it off the list of what is refused');
  expect([...run.refusals], show(failure)).toContain(code);
}

/** @throws Error where answers or data differ, or the commands are those of the specification */
async function requireOutcome(run: Run, specification: Specification, at: number, otherCommands: boolean): Promise<void> {
  await run.test(specification, specification.tests[at]!);
  if (otherCommands && run.otherCommands.length === 0) throw new Error('the driver sends what is specified: take the test off the list');
  if (!otherCommands) expect(run.otherCommands).toEqual([]);
}

function titleOf(description: string, refusal: Refusal | undefined): string {
  if (!refusal) return description;
  return refusal.otherCommands ? `${description} (the driver sends other commands)` : `${description} (refused with ${refusal.code})`;
}

describe(`the specifications in ${relative(process.cwd(), folder)}`, () => {
  const server: Server = { uri: '', version, admin: null as never, clearFaults: () => proxy.clear() };
  let store: EmbeddedStore;
  let proxy: FaultProxy;
  let directory = '';

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'plaza-specifications-'));
    store = await startEmbeddedStore({ directory, port: 0 });
    proxy = new FaultProxy(Number(/:(\d+)\//.exec(store.uri)![1]));
    server.uri = await proxy.start();
    server.admin = await mongoose.mongo.MongoClient.connect(server.uri);
    expect((await server.admin.db('admin').command({ buildInfo: 1 }))['version']).toBe(version);
  });

  afterAll(async () => {
    await server.admin.close();
    await proxy.stop();
    await store.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const known = new Set<string>();
  for (const file of files) {
    const specification = parseSpecification(readFileSync(join(folder, file), 'utf8'));
    const runnable = specification.tests.flatMap((one, at) => {
      const name = `${file}: ${one.description}`;
      known.add(name);
      const refusal = refused.get(name);
      const foreign = one.skipReason ?? unmet(specification.runOnRequirements, version) ?? unmet(one.runOnRequirements, version);
      return foreign !== null || (refusal?.code === 0 && !refusal.otherCommands) ? [] : [{ one, at, refusal }];
    });
    if (runnable.length === 0) continue;
    describe(file, () => {
      test.each(runnable.map((entry) => [titleOf(entry.one.description, entry.refusal), entry] as const))(
        '%s',
        async (_title, { at, refusal }) => {
          const run = new Run(server);
          if (refusal && !refusal.otherCommands) await requireRefusal(run, specification, at, refusal);
          else await requireOutcome(run, specification, at, refusal !== undefined);
        },
      );
    });
  }

  test('every refused test is one of them', () => {
    expect([...refused.keys()].filter((name) => !known.has(name))).toEqual([]);
  });
});
