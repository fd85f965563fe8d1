import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, resolve, sep } from 'node:path';
import swc from 'unplugin-swc';
import { defineConfig, type Plugin } from 'vitest/config';

/** Public data sets that may not be copied into the repository; tests about them run where they are. */
const dataSets = resolve(process.env['TEST_DATA_DIR'] ?? '../shared/data');

/** Each is a folder of test/ and has a script of its own: `npm run test:unit`, and so on. */
const specifications = existsSync(process.env['MONGODB_SPECIFICATIONS'] ?? '');
const projects = [
  ...['unit', 'properties', 'learning', 'project', 'api', 'store', 'browser', 'clients', 'hostile', 'slow'],
  ...(existsSync(dataSets) ? ['data-sets'] : []),
  ...(specifications ? ['specifications'] : []),
];

/** Nothing of the product happens by being imported, so one process runs many files and reads the product once. Tests of memory, time and faults have a process for each file. */
const inOneProcess = new Set(['unit', 'properties', 'learning', 'project', 'api', 'store']);

/** Tests try the product as it is built and shipped, which Node loads by itself: nothing is translated a second time. */
const [sources, built] = [resolve('src'), resolve('dist')];
const asBuilt: Plugin = {
  name: 'as-built',
  enforce: 'pre',
  resolveId(source, importer) {
    if (!importer || !source.startsWith('.')) return null;
    const file = resolve(dirname(importer), source);
    return file.startsWith(`${sources}${sep}`) ? `${built}${file.slice(sources.length)}` : null;
  },
};

declare module 'vitest' {
  interface ProvidedContext {
    dataSets: string;
  }
}

/** @param names the groups to run */
export const configFor = (names: string[]) =>
  defineConfig({
    // Node gives type-graphql the CommonJS build of graphql; the sources must get the same one.
    resolve: {
      alias: [
        { find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') },
        { find: /^@plaza\/client$/, replacement: resolve('client/src/index.ts') },
        { find: /^@plaza\/client\/(\w+)$/, replacement: resolve('client/src/$1.ts') },
      ],
    },
    plugins: [asBuilt, swc.vite({ configFile: '.swcrc' })],
    test: {
      projects: names.map((name) => ({
        extends: true as const,
        test: { name, include: [`test/${name}/**/*.test.ts`], isolate: !inOneProcess.has(name) },
      })),
      provide: { dataSets },
      server: { deps: { external: [/[\\/]dist[\\/]/] } },
      globalSetup: 'test/support/build.ts',
      setupFiles: 'test/support/property-seed.ts',
      pool: 'forks',
      // What hangs ends at some time; a machine may be ten times as busy as ours and no test fails for that.
      testTimeout: 600_000,
      hookTimeout: 600_000,
      expect: { poll: { interval: 20, timeout: 120_000 } },
      // Tests wait for much: mails that are tried again, processes, browsers.
      maxWorkers: availableParallelism() + 1,
      // On CI a test that fails once and passes then is told of at the end, and does not stop what it has nothing to do with.
      retry: process.env['CI'] ? 1 : 0,
      reporters: ['default', './test/support/count-reporter.ts'],
    },
  });

export default configFor(projects);
