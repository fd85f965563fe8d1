import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Passwords } from '../../src/modules/user/passwords.js';

test('many passwords at once are judged one after the other, and whatever else there is to do goes between', async () => {
  const passwords = new Passwords([]);
  await passwords.require('velvet harbour quilt', [], 'password');
  let judging = true;
  let turns = 0;
  const others = (async () => {
    for (; judging; turns++) await setImmediate();
  })();
  await Promise.all(Array.from({ length: 20 }, (_, at) => passwords.require(`velvet harbour quilt ${at}`, [], 'password')));
  judging = false;
  await others;
  expect(turns).toBeGreaterThanOrEqual(20);
});

test('one that is easily guessed is refused beside others that are not', async () => {
  const passwords = new Passwords([]);
  const judged = await Promise.allSettled(
    ['velvet harbour quilt', 'password', 'copper lantern meadow'].map((password) => passwords.require(password, [], 'password')),
  );
  expect(judged.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
