/** Compiles the page’s documents as a project with Relay does before it is built. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ConcreteRequest } from 'relay-runtime';
import * as documents from './documents.js';

export interface Artifacts {
  folder: string;
  request(name: string): Promise<ConcreteRequest>;
}

const require = createRequire(import.meta.url);
const compiler = require.resolve('relay-compiler/cli.js');

export function compileDocuments(): Artifacts {
  const folder = mkdtempSync(join(tmpdir(), 'plaza-relay-'));
  mkdirSync(join(folder, 'src'));
  copyFileSync(new URL('../../schema/schema.graphql', import.meta.url), join(folder, 'schema.graphql'));
  const { product, ...others } = documents;
  const tagged = [product('@connection(key: "Product_comments")'), ...Object.values(others)].map((text) => `graphql\`${text}\`;`);
  writeFileSync(join(folder, 'src', 'page.js'), tagged.join('\n'));
  writeFileSync(
    join(folder, 'relay.config.json'),
    JSON.stringify({ src: './src', language: 'javascript', schema: './schema.graphql', eagerEsModules: true }),
  );
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  execFileSync(process.execPath, [compiler, 'relay.config.json'], { cwd: folder });
  return {
    folder,
    async request(name) {
      const { href } = pathToFileURL(join(folder, 'src', '__generated__', `${name}.graphql.js`));
      return ((await import(/* @vite-ignore */ href)) as { default: ConcreteRequest }).default;
    },
  };
}
