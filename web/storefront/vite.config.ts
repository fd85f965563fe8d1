import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addTypenameToDocument } from '@apollo/client/utilities';
import react from '@vitejs/plugin-react';
import { print, type DocumentNode } from 'graphql';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';
import { ar } from './src/i18n/ar.ts';
import { de } from './src/i18n/de.ts';
import { en } from './src/i18n/en.ts';
import { es } from './src/i18n/es.ts';
import { zh } from './src/i18n/zh.ts';

/** Where the API runs during development. */
const api = process.env['PLAZA_URL'] ?? 'http://localhost:4000';

/** Tells the service worker which files the app has, so that every page opens without a network. */
function offlineFiles(): Plugin {
  const placeholder = "{ name: 'development', files: [] }";
  return {
    name: 'offline-files',
    writeBundle({ dir }, bundle) {
      const worker = join(dir!, 'sw.js');
      const files = Object.keys(bundle)
        .filter((name) => name.startsWith('assets/'))
        .sort()
        .map((name) => `/${name}`);
      const name = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 12);
      writeFileSync(worker, readFileSync(worker, 'utf8').replace(placeholder, JSON.stringify({ name, files })));
    },
  };
}

/** What the server asks for who opens a page, so that the page has it before its scripts run (`src/first-answers.ts`). */
const firstQueries = ['Frame', 'Home', 'Product'];

/** Puts each operation where it is used, so that a page loads its own alone and reads it as JSON. */
function operationsInPlace(): Plugin {
  const generated = new Map<string, string>();
  return {
    name: 'operations-in-place',
    apply: 'build',
    enforce: 'pre',
    buildStart() {
      const text = readFileSync(new URL('src/gql/graphql.ts', import.meta.url), 'utf8');
      for (const [, name, json] of text.matchAll(/^export const (\w+) = (\{.*\}) as unknown as DocumentNode</gm))
        generated.set(name!, json!);
    },
    writeBundle({ dir }) {
      const textOf = (name: string) => print(addTypenameToDocument(JSON.parse(generated.get(`${name}Document`)!) as DocumentNode));
      const texts = Object.fromEntries(firstQueries.map((name) => [name, textOf(name)]));
      const greetings: Record<string, object> = {};
      for (const [language, { heroTitle, heroText, search, searchPlaceholder, categories }] of Object.entries({ en, de, es, zh, ar }))
        greetings[language] = { heroTitle, heroText, search, searchPlaceholder, categories };
      writeFileSync(join(dir!, 'first.json'), JSON.stringify({ queries: texts, greetings }));
    },
    transform(code, id) {
      if (!/\/src\/(?!gql\/).*\.tsx?$/.test(id) || !code.includes('graphql(`')) return null;
      return code.replace(/\bgraphql\(`([^`]*)`\)/g, (_, source: string) => {
        const [, kind, name] = /(query|mutation|subscription|fragment) (\w+)/.exec(source) ?? [];
        const json = generated.get(`${name}${kind === 'fragment' ? 'FragmentDoc' : 'Document'}`);
        if (!json) throw new Error(`${id} has an operation that was not generated: ${name}`);
        return `/* @__PURE__ */ JSON.parse(${JSON.stringify(json)})`;
      });
    },
  };
}

/** What a page says and shows comes before what makes it live: the server has put it into the page already. */
function scriptsAfterContent(): Plugin {
  return {
    name: 'scripts-after-content',
    transformIndexHtml: {
      order: 'post',
      handler: (html) => html.replace(/<(?:link rel="modulepreload"|script type="module")/g, '$& fetchpriority="low"'),
    },
  };
}

export default defineConfig({
  plugins: [operationsInPlace(), react(), scriptsAfterContent(), offlineFiles()],
  resolve: { conditions: ['plaza-source', ...defaultClientConditions] },
  build: { target: 'es2022', assetsInlineLimit: 0, reportCompressedSize: false },
  server: { proxy: { '/graphql': { target: api, ws: true }, '/images': api, '/uploads': api, '/s/': api } },
});
