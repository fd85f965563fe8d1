/** Subscribers who would get events too late are told to read the list anew. */
import { Types } from 'mongoose';
import { expect, test } from 'vitest';
import { usePlaza } from '../support/plaza.js';

const plaza = usePlaza();

test('a subscription whose events come more than half a minute late ends with CURSOR_EXPIRED', async () => {
  const merchant = await plaza.account({ merchant: true });
  const product = await plaza.product(merchant);
  const subscription = 'subscription ($id: ID!) { commentAdded(subjectId: $id) { comment { body } } }';
  const live = await plaza.subscribe(subscription, { id: product });
  await plaza.mutate('addComment', { subjectId: product, body: 'In time.' }, 'comment { id }', merchant.token);
  expect((await live.next()).data.commentAdded.comment.body).toBe('In time.');

  const events = plaza.connection.collection('events');
  const topics = plaza.connection.collection<{ _id: string; sequence: number }>('topics');
  const { _id, ...event } = (await events.findOne({ type: 'COMMENT_ADDED' }, { sort: { at: -1 } }))!;
  expect(_id).toBeDefined();
  const topic = String(event['topic']);
  const sequence = Number(event['sequence']) + 1;
  await events.insertOne({ ...event, _id: new Types.ObjectId(), sequence, at: new Date(Date.now() - 60_000) });
  await topics.updateOne({ _id: topic }, { $set: { sequence } });
  plaza.app.realtime.announcements.announce([topic]);

  expect(await live.next()).toMatchObject({ errors: [{ extensions: { code: 'CURSOR_EXPIRED' } }] });
  await expect(live.next()).rejects.toThrow('ended');
  const again = await plaza.subscribe(subscription, { id: product });
  expect(again.admitted).toBe(true);
});

test('a subscription whose events went from the log before they were read ends with CURSOR_EXPIRED', async () => {
  const merchant = await plaza.account({ merchant: true });
  const product = await plaza.product(merchant);
  const subscription = 'subscription ($id: ID!) { commentAdded(subjectId: $id) { comment { body } } }';
  const comment = async (body: string) => plaza.mutate('addComment', { subjectId: product, body }, 'comment { id }', merchant.token);
  const live = await plaza.subscribe(subscription, { id: product });
  await comment('In time.');
  expect((await live.next()).data.commentAdded.comment.body).toBe('In time.');

  const topics = plaza.connection.collection<{ _id: string; sequence: number }>('topics');
  const { topic } = (await plaza.connection.collection('events').findOne({ type: 'COMMENT_ADDED' }, { sort: { at: -1 } }))!;
  await topics.updateOne({ _id: String(topic) }, { $inc: { sequence: 100 } });
  await comment('After a hundred that nobody could read.');
  expect(await live.next()).toMatchObject({ errors: [{ extensions: { code: 'CURSOR_EXPIRED' } }] });
  await expect(live.next()).rejects.toThrow('ended');

  const again = await plaza.subscribe(subscription, { id: product });
  await comment('Once more.');
  expect((await again.next()).data.commentAdded.comment.body).toBe('Once more.');
});
