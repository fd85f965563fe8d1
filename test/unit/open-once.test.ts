import { expect, test } from 'vitest';
import { openOnce } from '../../src/open-once.js';

test('many who need it at once share what is opened', async () => {
  let opened = 0;
  const shared = openOnce(async () => ++opened);
  expect(await Promise.all([shared.current(), shared.current(), shared.current()])).toEqual([1, 1, 1]);
  expect(await shared.current()).toBe(1);
});

test('what failed is told to all who waited for it, and is tried again by who needs it next', async () => {
  let isAway = true;
  const shared = openOnce(async () => {
    if (isAway) throw new Error('away');
    return 'opened';
  });
  const outcomes = await Promise.allSettled([shared.current(), shared.current()]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isAway = false;
  expect(await shared.current()).toBe('opened');
});

test('what has ended is opened anew, once for all who find it ended', async () => {
  let opened = 0;
  const shared = openOnce(
    async () => ({ number: ++opened, hasEnded: false }),
    ({ hasEnded }) => !hasEnded,
  );
  (await shared.current()).hasEnded = true;
  const found = await Promise.all([shared.current(), shared.current()]);
  expect(found.map(({ number }) => number)).toEqual([2, 2]);
});

test('nothing is opened by asking for the latest', async () => {
  const shared = openOnce(async () => 'opened');
  expect(shared.latest()).toBeNull();
  await shared.current();
  expect(await shared.latest()).toBe('opened');
});
