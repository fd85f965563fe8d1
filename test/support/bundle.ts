/** A script for a browser from source text that may import the client package. */
import { resolve } from 'node:path';
import { build, type Rolldown } from 'vite';

/** @param external what stays an import */
export async function bundle(source: string, { external }: { external?: RegExp } = {}): Promise<string> {
  const entry = resolve('virtual-entry.ts');
  const output = (await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['plaza-source', 'browser', 'module'] },
    plugins: [{ name: 'entry', resolveId: (id) => (id === entry ? id : null), load: (id) => (id === entry ? source : null) }],
    build: {
      write: false,
      target: 'es2022',
      minify: true,
      modulePreload: false,
      rollupOptions: { input: entry, external, preserveEntrySignatures: 'strict' },
    },
  })) as Rolldown.RolldownOutput;
  return output.output[0].code;
}
