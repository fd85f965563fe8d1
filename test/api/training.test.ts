/** What a training leaves in the log, and what it leaves to threads of its own. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Plaza, type Account } from '../support/plaza.js';

const plaza = new Plaza();
const lines: Record<string, unknown>[] = [];
plaza.logOutput = { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
let readers: Account[];

beforeAll(async () => {
  await plaza.start({ LOG_LEVEL: 'info' });
  const merchant = await plaza.account({ merchant: true });
  const [one, other] = [await plaza.product(merchant), await plaza.product(merchant)];
  readers = [await plaza.account(), await plaza.account(), await plaza.account()];
  for (const reader of readers) for (const product of [one, other]) await plaza.review(reader, product);
});
afterAll(() => plaza.stop());

async function lineOfTraining(): Promise<Record<string, unknown>> {
  await plaza.app.verbs.recommendations.train();
  return lines.filter(({ msg }) => String(msg).startsWith('trained')).at(-1)!;
}

test('the first training fits everything, the next goes on from it, and none goes on from one that knows somebody who left', async () => {
  expect(await lineOfTraining()).toMatchObject({ msg: 'trained, everything anew', because: 'there is no training to go on from' });
  expect(await lineOfTraining()).toMatchObject({ msg: 'trained, going on from the last training', observations: 6 });
  await plaza.mutate('updatePrivacySettings', { personalise: false }, 'privacySettings { personalise }', readers[0]!.token);
  expect(await lineOfTraining()).toMatchObject({ msg: 'trained, everything anew', because: 'a user is gone' });
});

test('neither what it learns from nor what it learnt is read by the thread that answers', async () => {
  const { models } = plaza.app.database.connection;
  const read = ['Interaction', 'Follow', 'Consent', 'ModelSnapshotChunk'].map((name) => {
    const { collection } = models[name]!;
    return [vi.spyOn(collection, 'find'), vi.spyOn(collection, 'findOne')];
  });
  await plaza.app.verbs.recommendations.train();
  expect(read.flat().flatMap(({ mock }) => mock.calls)).toEqual([]);
  vi.restoreAllMocks();
});
