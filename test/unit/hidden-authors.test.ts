import { Types } from 'mongoose';
import { expect, test } from 'vitest';
import { Announcements } from '../../src/realtime/announcements.js';
import { HiddenAuthors, hiddenAuthorsTopic } from '../../src/realtime/hidden-authors.js';

test('whom a user hides is what the latest look found, whichever look ends last', async () => {
  const [viewer, blocked] = [new Types.ObjectId(), new Types.ObjectId()];
  const announcements = new Announcements();
  const answers: ((set: ReadonlySet<string>) => void)[] = [];
  const hidden = new HiddenAuthors(announcements, () => new Promise((resolve) => answers.push(resolve)));
  const watching = hidden.watch(viewer);
  answers[0]!(new Set());
  const unwatch = await watching;
  announcements.announce([hiddenAuthorsTopic(viewer)]);
  announcements.announce([hiddenAuthorsTopic(viewer)]);
  answers[2]!(new Set([blocked.toHexString()]));
  answers[1]!(new Set());
  await hidden.settled();
  expect(hidden.hides(viewer, blocked)).toBe(true);
  unwatch();
});
