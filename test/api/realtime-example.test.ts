import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { cuttable } from '../support/cuttable.js';
import { usePlaza } from '../support/plaza.js';
import { until } from '../support/until.js';

const plaza = usePlaza();
const folder = new URL('../../coverage/examples/', import.meta.url);
const file = new URL('watch-comments.mjs', folder);

afterAll(() => rmSync(file, { force: true }));

interface Example {
  watchComments(url: string, subjectId: string, onComment: (comment: { body: string }) => void): () => Promise<void>;
}

/** Runs the program as it stands in the document. */
async function example(): Promise<Example> {
  const document = readFileSync(new URL('../../docs/realtime.md', import.meta.url), 'utf8');
  const code = /<!-- example -->\s*```js\n([\s\S]*?)```/.exec(document)![1]!;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, code);
  return (await import(/* @vite-ignore */ file.href)) as Example;
}

test('the example of resuming sees every comment once and in order through cuts', async () => {
  const { watchComments } = await example();
  const author = await plaza.account();
  const id = await plaza.product(await plaza.account({ merchant: true }));
  const proxy = await cuttable(plaza.url);
  const seen: string[] = [];
  let stop!: () => Promise<void>;
  await plaza.admits(1, () => (stop = watchComments(proxy.url, id, ({ body }) => void seen.push(body))));
  const written: string[] = [];
  for (let at = 0; at < 12; at++) {
    written.push(String(at));
    await plaza.mutate('addComment', { subjectId: id, body: String(at) }, 'comment { id }', author.token);
    if (at === 0) await until(() => seen.length === 1);
    if (at % 4 === 2) proxy.cut();
  }
  await until(() => seen.length >= written.length);
  expect(seen).toEqual(written);
  await stop();
  proxy.close();
});
