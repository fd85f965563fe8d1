import { text } from 'node:stream/consumers';
import { afterEach, expect, test, vi } from 'vitest';
import { FeedFile } from '../../src/export/feed-file.js';

afterEach(() => void vi.useRealTimers());

test('a feed that takes longer to make than it is kept is made once for all who ask meanwhile', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => (finish = resolve));
  let made = 0;
  const file = new FeedFile(async function* () {
    yield `begin ${++made}, `;
    await finished;
    yield 'end';
  });
  const first = file.current();
  vi.advanceTimersByTime(90_000);
  const second = file.current();
  finish();
  const texts = await Promise.all([first, second].map(async (feed) => text((await feed).open())));
  expect(texts).toEqual(['begin 1, end', 'begin 1, end']);
  vi.advanceTimersByTime(90_000);
  expect(await text((await file.current()).open())).toBe('begin 2, end');
  await file.close();
});
