/** That the collections which grow without bound can be spread over a cluster's shards, and that requests ask one shard. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ShardKey } from '../../src/store/documents.js';
import { usePlaza } from '../support/plaza.js';
import type { Command } from '../support/store-trace.js';

// What is kept asks nothing of the store.
const plaza = usePlaza({ CACHE_MEMORY: '0' });

const models = () => Object.values(plaza.connection.models);
const shardKeyOf = (model: ReturnType<typeof models>[number]) => model.schema.get('shardKey') as ShardKey | undefined;
const sharded = () =>
  new Map(models().flatMap((model) => (shardKeyOf(model) ? [[model.collection.collectionName, Object.keys(shardKeyOf(model)!)]] : [])));

type Filter = Record<string, unknown>;

/** The filters of a command by which a router chooses shards. */
function filtersOf(command: Command): Filter[] {
  const { filter, query, pipeline, updates, deletes } = command as Record<string, Filter & { q: Filter; $match: Filter }[]>;
  if (updates ?? deletes) return (updates ?? deletes)!.map(({ q }) => q);
  if (pipeline) return [pipeline[0]?.$match ?? {}];
  return [filter ?? query ?? {}] as Filter[];
}

const collectionOf = (command: Command): string =>
  String(command['find'] ?? command['aggregate'] ?? command['update'] ?? command['delete'] ?? command['findAndModify'] ?? command['count']);

/** Every kind of request that reads or writes what grows without bound. */
async function work(): Promise<void> {
  const merchant = await plaza.account({ merchant: true });
  const [me, other] = [await plaza.account(), await plaza.account()];
  const productId = await plaza.product(merchant);
  const mine = (name: string, input: object, selection: string) => plaza.mutate(name, input, selection, me.token);
  await mine('followUser', { userId: other.id }, 'user { id }');
  await plaza.deliver(other, merchant, productId);
  const { review } = await plaza.review(other, productId);
  await mine('voteReview', { reviewId: review.id, vote: 'HELPFUL' }, 'review { id }');
  const { comment } = await mine('addComment', { subjectId: productId, body: 'Nice', idempotencyKey: 'nice' }, 'comment { id }');
  await plaza.mutate('reactToComment', { commentId: comment.id, reaction: 'LIKE' }, 'comment { id }', other.token);
  const { question } = await mine('askQuestion', { productId, body: 'Blue?' }, 'question { id }');
  const { answer } = await plaza.mutate('answerQuestion', { questionId: question.id, body: 'Yes' }, 'answer { id }', other.token);
  await mine('voteAnswer', { answerId: answer.id, vote: 'HELPFUL' }, 'answer { id }');
  await mine('trackEvents', { events: [{ eventId: 'shard-1', kind: 'VIEW', productId }] }, 'acceptedCount');
  await plaza.settle('feed fan-out');
  const lists = `{ viewer { feed { edges { node { id } } } notifications { edges { node { id } } } unreadNotificationCount
    recommendedProducts(first: 3) { edges { impressionId node { id } } } } }`;
  await plaza.data(lists, {}, me.token);
  await mine('markNotificationsRead', {}, 'unreadNotificationCount');
  const live = await plaza.subscribe('subscription ($id: ID!) { commentAdded(subjectId: $id) { cursor } }', { id: productId });
  await plaza.mutate('addComment', { subjectId: productId, body: 'Live' }, 'comment { id }', other.token);
  await live.next();
  live.stop();
}

describe('a collection that is sharded', () => {
  test('has unique indexes that begin with its shard key', () => {
    for (const model of models()) {
      const key = shardKeyOf(model);
      if (!key) continue;
      const unique = model.schema.indexes().filter(([, { unique: isUnique }]) => isUnique);
      for (const [index] of unique) expect(Object.keys(index).slice(0, Object.keys(key).length)).toEqual(Object.keys(key));
    }
  });

  test('is asked by its shard key in every request', async () => {
    const keys = sharded();
    const commands: Command[] = await plaza.storeCommands(work);
    const asked = commands.filter((command) => keys.has(collectionOf(command)));
    expect(new Set(asked.map(collectionOf)).size).toBeGreaterThan(7);
    const scattered = asked.flatMap((command) => {
      const first = keys.get(collectionOf(command))![0]!;
      return filtersOf(command).filter((filter) => filter[first] === undefined);
    });
    expect(scattered).toEqual([]);
  });

  test('stands in the table of the operations page, with its key', () => {
    const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    for (const [collection, key] of sharded()) expect(page).toMatch(new RegExp(`\\| \`${collection}\` +\\| \`\\{ ${key[0]}: `));
  });
});
