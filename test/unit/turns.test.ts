/** How long work shares a thread with everything else. */
import { expect, test } from 'vitest';
import { Turns } from '../../src/realtime/turns.js';

function workFor(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('long work leaves at least as much time to others as it takes', async () => {
  const turns = new Turns();
  let isDone = false;
  let others = 0;
  const work = turns.forEach(Array.from({ length: 400 }), () => workFor(0.25)).then(() => (isDone = true));
  // Others work whenever they are let: what they got is what was left to them.
  await new Promise<void>((resolve) => {
    const other = (): void => {
      if (isDone) return resolve();
      workFor(0.2);
      others += 0.2;
      setImmediate(other);
    };
    other();
  });
  await work;
  expect(others).toBeGreaterThan(60);
});

test('everything is done once and in order, what is added meanwhile included, and work beside it takes turns', async () => {
  const turns = new Turns();
  const items = new Set(Array.from({ length: 100 }, (_, at) => at));
  const done: number[] = [];
  const beside: number[] = [];
  const first = turns.forEach(items, (item) => {
    workFor(0.1);
    if (item === 99) items.add(100);
    done.push(item);
  });
  await turns.forEach([1, 2, 3], (item) => beside.push(item));
  expect(done.length).toBeLessThan(101);
  await first;
  expect(done).toEqual(Array.from({ length: 101 }, (_, at) => at));
  expect(beside).toEqual([1, 2, 3]);
});

test('a failure is its caller’s alone', async () => {
  const turns = new Turns();
  const failing = turns.forEach([1], () => {
    throw new Error('broken');
  });
  const other: number[] = [];
  await expect(failing).rejects.toThrow('broken');
  await turns.forEach([1, 2], (item) => other.push(item));
  expect(other).toEqual([1, 2]);
});
