/** The fenced code of the documentation. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface CodeBlock {
  /** The page, below `docs/`. */
  file: string;
  /** The page and line. */
  place: string;
  language: string;
  code: string;
  /** For an operation: the variables in the JSON that follows it. */
  variables: Record<string, unknown> | null;
}

const root = fileURLToPath(new URL('../../docs/', import.meta.url));

export const codeBlocks: CodeBlock[] = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter(({ name, parentPath }) => name.endsWith('.md') && !parentPath.includes(`${sep}reference`))
  .flatMap(({ name, parentPath }) => blocksOf(join(parentPath, name)));

function blocksOf(path: string): CodeBlock[] {
  const file = relative(root, path).split(sep).join('/');
  const lines = readFileSync(path, 'utf8').split('\n');
  const blocks: (CodeBlock & { from: number; to: number })[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, language] = /^```(\w+)$/.exec(lines[at]!) ?? [];
    if (!language) continue;
    const end = lines.indexOf('```', at);
    blocks.push({
      file,
      place: `${file}:${at + 1}`,
      language,
      code: lines.slice(at + 1, end).join('\n'),
      variables: null,
      from: at,
      to: end,
    });
    at = end;
  }
  blocks.forEach((block, at) => {
    const next = blocks[at + 1];
    const follows = next?.language === 'json' && next.from - block.to <= 2;
    if (block.language === 'graphql' && follows) block.variables = JSON.parse(next.code) as Record<string, unknown>;
  });
  return blocks;
}
