/** Writes `docs/configuration.md` from the variables that the code reads, or checks that it is what they are. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { z } from 'zod';
import { configurationSections } from '../config-variables.js';
import { markdownTable } from './markdown-table.js';

const options = new Command('configuration')
  .description('Writes docs/configuration.md')
  .option('--check', 'only compares, and fails where it differs')
  .parse()
  .opts<{ check?: boolean }>();

const file = new URL('../../docs/configuration.md', import.meta.url);
const head = ['variable', 'values', 'default', 'what it does'];

function document(): string {
  const sections = Object.entries(configurationSections).map(([title, variables]) => {
    const rows = Object.entries(variables).map(([name, schema]) => rowOf(name, schema));
    return `## ${title}\n\n${markdownTable([head, ...rows])}`;
  });
  return `${introduction}\n${sections.join('\n')}`;
}

const introduction = `# Configuration

<!-- Written by "npm run docs:configuration" from src/config-variables.ts; a change here is overwritten. -->

Plaza is configured by environment variables, which are checked at the start: an invalid value is named and nothing starts. An empty variable counts as not set.

A duration is a whole number with a unit, such as \`500ms\`, \`30s\`, \`15m\`, \`24h\` or \`30d\`. A size is one too, such as \`512kb\` or \`2mb\` (of 1,024).

A public installation sets \`HOST\`, \`AUTH_SECRET\`, \`MONGODB_URI\`, \`PUBLIC_URL\`, \`TRUSTED_PROXIES\` if there are any, and most likely \`PLAYGROUND=false\`.
`;

function rowOf(name: string, schema: z.ZodType): string[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
  const shown = json.shown ?? (json.default === undefined ? '' : code(json.default));
  return [code(name), valuesOf(json), shown, json.description ?? ''];
}

interface Json {
  description?: string;
  default?: unknown;
  enum?: string[];
  type?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  /** What the docs say in place of what the schema says. */
  shown?: string;
  values?: string;
}

function valuesOf({ values, enum: names, type, format, minimum, maximum }: Json): string {
  if (values) return values;
  if (names) return names.map(code).join(', ');
  if (format === 'uri') return 'URL';
  if (type !== 'integer' && type !== 'number') return 'text';
  if (maximum === undefined) return 'number';
  if (maximum >= 1e9) return `${minimum} or more`;
  return `${minimum} to ${maximum.toLocaleString('en')}`;
}

function code(value: unknown): string {
  return `\`${String(value)}\``;
}

const wanted = document();
if (!options.check) writeFileSync(file, wanted);
else if (readFileSync(file, 'utf8') !== wanted) {
  process.stderr.write('docs/configuration.md is not what the code reads: run "npm run docs:configuration" and commit the change.\n');
  process.exitCode = 1;
}
