/** The code in the documentation: GraphQL fits the schema, TypeScript compiles, shell commands parse, and the reference is complete. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NoUnusedFragmentsRule, parse, specifiedRules, validate } from 'graphql';
import ts from 'typescript';
import { afterAll, describe, expect, test } from 'vitest';
import { readSchema, referencePages } from '../../docs/.vitepress/reference.js';
import { ruleCodes } from '../../src/errors.js';
import { codeBlocks } from '../support/docs.js';

const schema = readSchema();
const rules = specifiedRules.filter((rule) => rule !== NoUnusedFragmentsRule);
const problemsOf = (document: string): string[] => validate(schema, parse(document), rules).map(({ message }) => message);
const blocksIn = (...languages: string[]) => codeBlocks.filter(({ language }) => languages.includes(language));

describe('the documentation', () => {
  test.each(blocksIn('graphql'))('GraphQL in $place fits the schema', ({ code }) => {
    expect(problemsOf(code)).toEqual([]);
  });

  test('operations of guides with required variables are followed by an example of them', () => {
    const pages = ['tutorial.md', 'cookbook.md'];
    const guides = blocksIn('graphql').filter(({ file }) => file.startsWith('guides/') || pages.includes(file));
    const missing = guides.flatMap(({ code, place, variables }) =>
      [...code.matchAll(/\$(\w+): [^,)=]+![,)]/g)]
        .filter(([, name]) => !Object.hasOwn(variables ?? {}, name!))
        .map(([, name]) => `${place}: $${name}`),
    );
    expect(missing).toEqual([]);
  });

  test.each(blocksIn('json'))('JSON in $place is valid', ({ code }) => {
    expect(() => JSON.parse(code) as unknown).not.toThrow();
  });

  test('shell commands parse', ({ skip }) => {
    if (spawnSync('bash', ['--version']).status !== 0) return skip('There is no bash.');
    for (const { code, place } of blocksIn('sh', 'bash')) {
      const { status, stderr } = spawnSync('bash', ['-n'], { input: code, encoding: 'utf8' });
      expect({ place, status, stderr }).toEqual({ place, status: 0, stderr: '' });
    }
  });

  describe('TypeScript and JavaScript', () => {
    const folder = fileURLToPath(new URL('../../node_modules/.cache/docs-code/', import.meta.url));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test('in guides compiles as it stands', () => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
      const blocks = blocksIn('ts', 'js').filter(({ file }) => file.startsWith('guides/') || ['tutorial.md', 'cookbook.md'].includes(file));
      expect(blocks.length).toBeGreaterThan(4);
      const files = blocks.map(({ code, language, place }) => {
        const file = join(folder, `${place.replaceAll(/\W+/g, '-')}.${language === 'js' ? 'mjs' : 'ts'}`);
        writeFileSync(file, code);
        return file;
      });
      const program = ts.createProgram(files, {
        ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
        ...{ strict: true, noEmit: true, allowJs: true, skipLibCheck: true, types: ['node'], lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'] },
      });
      const problems = ts
        .getPreEmitDiagnostics(program)
        .map(({ messageText, file }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
      expect(problems).toEqual([]);
    });
  });
});

test('the page of errors has every code of user errors, as the schema describes it', () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const rows = page
    .slice(page.indexOf('## User errors'))
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  expect(Object.fromEntries(rows.map(([, code, meaning]) => [code!.replaceAll('`', ''), meaning]))).toEqual(ruleCodes);
});

describe('the API reference', () => {
  const pages = referencePages();

  test('has a section for every operation and every type', () => {
    const headings = new Set(pages.flatMap(({ content }) => content.match(/^## .*$/gm) ?? []).map((line) => line.slice(3)));
    const roots = [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!];
    const fields = roots.flatMap((root) => Object.keys(root.getFields()));
    const types = Object.keys(schema.getTypeMap()).filter((name) => !name.startsWith('__') && !roots.some((root) => root.name === name));
    expect([...fields, ...types].filter((name) => !headings.has(name))).toEqual([]);
  });

  test('has an example for every operation and object, which fits the schema', () => {
    for (const { page, examples } of pages) {
      for (const example of examples) expect({ page, example, problems: problemsOf(example) }).toEqual({ page, example, problems: [] });
    }
    expect(pages.flatMap(({ examples }) => examples).length).toBeGreaterThan(200);
  });

  test('shows every field of every object in its example', () => {
    const objects = pages.find(({ page }) => page === 'objects')!;
    const type = schema.getType('Product') as { getFields?: () => Record<string, unknown> };
    const example = objects.examples.find((text) => text.startsWith('fragment ProductExample'))!;
    for (const field of Object.keys(type.getFields!())) expect(example).toMatch(new RegExp(`^ {2}${field}\\b`, 'm'));
  });
});
