/** `totalCount` is the number of edges that the viewer pages through, for every list of the schema. */
import fc from 'fast-check';
import { getNamedType, isObjectType, isRequiredArgument, type GraphQLSchema } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { describedSchema } from '../support/described-schema.js';
import { storeId, usePlaza, type Account } from '../support/plaza.js';

// What is kept asks nothing of the store.
const plaza = usePlaza({ CACHE_MEMORY: '0' });
let schema: GraphQLSchema;
let people: Account[];
let viewers: Record<string, Account | undefined>;
let ids: Record<string, string>;

/** Everybody does something of everything, and then two of them fall out. */
beforeAll(async () => {
  schema = await describedSchema();
  const merchant = await plaza.account({ merchant: true });
  const categoryId = await plaza.category();
  people = await Promise.all(Array.from({ length: 6 }, () => plaza.account()));
  const product = await plaza.product(merchant, { categoryId });
  await plaza.product(merchant, { categoryId });
  const made = async (by: Account, name: string, input: object, type: string): Promise<string> => {
    const payload = await plaza.mutate(name, input, `${type} { id }`, by.token);
    expect(payload.userErrors).toEqual([]);
    return payload[type].id as string;
  };
  const [review, question, comment, answer, share] = [
    (await plaza.review(people[0]!, product)).review.id as string,
    await made(people[0]!, 'askQuestion', { productId: product, body: 'Is it blue?' }, 'question'),
    await made(people[0]!, 'addComment', { subjectId: product, body: 'A first word' }, 'comment'),
    '',
    await made(people[0]!, 'shareProduct', { productId: product, channel: 'FOLLOWERS' }, 'share'),
  ];
  let lastAnswer = answer;
  for (const [at, person] of people.entries()) {
    if (at > 0) {
      const stars = 1 + (at % 5);
      const images = at % 2 ? { imageUrls: ['https://cdn.example.org/a.jpg'] } : {};
      await plaza.review(person, product, { ratings: { quality: stars, price: stars, service: stars }, body: `Opinion ${at}`, ...images });
      await made(person, 'askQuestion', { productId: product, body: `Question number ${at}?` }, 'question');
    }
    lastAnswer = await made(person, 'answerQuestion', { questionId: question, body: `Answer number ${at}` }, 'answer');
    for (const subjectId of [product, review, lastAnswer, share])
      await made(person, 'addComment', { subjectId, body: `Comment of ${at}` }, 'comment');
    await made(person, 'addComment', { subjectId: product, parentId: comment, body: `Reply of ${at}` }, 'comment');
    for (const followee of people.filter((one) => one !== person))
      await plaza.mutate('followUser', { userId: followee.id }, 'user { id }', person.token);
  }
  const archived = await plaza.product(merchant, { categoryId });
  await plaza.review(people[0]!, archived);
  await plaza.mutate('archiveProduct', { productId: archived }, 'product { id }', merchant.token);
  await plaza.mutate('updateReview', { reviewId: review, title: 'A second thought' }, 'review { id }', people[0]!.token);
  await plaza.mutate('placeOrder', { items: [{ productId: product }] }, 'order { id }', people[1]!.token);
  await plaza.mutate('blockUser', { userId: people[3]!.id }, 'user { id }', people[1]!.token);
  const moderator = await plaza.account({ role: 'ADMIN' });
  await plaza.mutate('moderateContent', { contentId: lastAnswer, action: 'HIDE', reason: 'x' }, 'entry { id }', moderator.token);
  viewers = { anonymous: undefined, reader: people[2], blocker: people[1], blocked: people[3], merchant, admin: moderator };
  ids = { Product: product, Review: review, Question: question, Comment: comment, Share: share, Category: categoryId, User: people[0]!.id };
  const { node } = await plaza.data('query ($id: ID!) { node(id: $id) { ... on Question { answers { edges { node { id } } } } } }', {
    id: question,
  });
  ids['Answer'] = node.answers.edges[0].node.id as string;
});

interface Counted {
  edges: number;
  totalCount: number | null;
  totalCountIsCapped: boolean;
}

/** Pages through a list, two at a time. @returns null where the viewer has no such list */
async function pageThrough(
  open: string,
  close: string,
  field: string,
  args: string,
  variables: object,
  token?: string,
): Promise<Counted | null> {
  let edges = 0;
  let after: string | null = null;
  for (;;) {
    const query = `query ($id: ID, $after: String) { ${open} list: ${field}(first: 2, after: $after${args}) { totalCount totalCountIsCapped edges { cursor } pageInfo { hasNextPage endCursor } } ${close} }`;
    const { data, errors } = await plaza.query(
      query.replace('($id: ID, ', open.includes('$id') ? '($id: ID!, ' : '('),
      { ...variables, after },
      token,
    );
    if (errors?.every(({ extensions }) => ['FORBIDDEN', 'UNAUTHENTICATED'].includes(extensions.code))) return null;
    expect([field, errors]).toEqual([field, undefined]);
    const { list } = open === '' ? data : ((Object.values(data)[0] as { list: null } | null) ?? { list: null });
    if (!list) return null;
    edges += list.edges.length;
    if (!list.pageInfo.hasNextPage) return { edges, totalCount: list.totalCount, totalCountIsCapped: list.totalCountIsCapped };
    after = list.pageInfo.endCursor as string;
  }
}

/** Lists of which only reading tells how many the viewer sees. */
const uncounted = ['Viewer.feed'];

test('every list of the schema counts what each viewer pages through', async () => {
  const checked = new Set<string>();
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const field of Object.values(type.getFields())) {
      if (!getNamedType(field.type).name.endsWith('Connection')) continue;
      const texts = field.args.filter(isRequiredArgument);
      if (texts.some((argument) => String(argument.type) !== 'String!')) continue;
      const args = texts.map(({ name }) => `, ${name}: "number"`).join('');
      const isRoot = type.name === 'Query';
      if (!isRoot && type.name !== 'Viewer' && !ids[type.name]) continue;
      const open = isRoot ? '' : type.name === 'Viewer' ? 'viewer {' : `node(id: $id) { ... on ${type.name} {`;
      for (const [viewer, account] of Object.entries(viewers)) {
        const counted = await pageThrough(
          open,
          isRoot ? '' : type.name === 'Viewer' ? '}' : '} }',
          field.name,
          args,
          isRoot || type.name === 'Viewer' ? {} : { id: ids[type.name] },
          account?.token,
        );
        if (!counted) continue;
        const name = `${type.name}.${field.name}`;
        checked.add(name);
        const totalCount = uncounted.includes(name) ? null : counted.edges;
        expect({ name, viewer, ...counted }).toEqual({ name, viewer, edges: counted.edges, totalCount, totalCountIsCapped: false });
      }
    }
  }
  expect([...checked]).toEqual(
    expect.arrayContaining([
      'Product.reviews',
      'Product.questions',
      'Question.answers',
      'User.followers',
      'User.following',
      'Query.categories',
      'Query.trendingProducts',
      'Product.comments',
      'Comment.replies',
      'Review.comments',
    ]),
  );
});

describe('with filters', () => {
  test('reviews and questions count what fits, for every filter and viewer', async () => {
    const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(viewers)),
        maybe(fc.integer({ min: 1, max: 5 })),
        maybe(fc.boolean()),
        maybe(fc.boolean()),
        maybe(fc.boolean()),
        async (viewer, rating, verified, withImages, answered) => {
          const token = viewers[viewer]?.token;
          const open = 'node(id: $id) { ... on Product {';
          const filter = `, filter: { rating: ${rating}, verified: ${verified}, withImages: ${withImages} }`;
          const variables = { id: ids['Product'] };
          const reviews = await pageThrough(open, '} }', 'reviews', filter, variables, token);
          const questions = await pageThrough(open, '} }', 'questions', `, answered: ${answered}`, variables, token);
          for (const counted of [reviews!, questions!]) expect(counted.totalCount).toBe(counted.edges);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('comments of all levels are counted by their subject', async () => {
    const { node } = await plaza.data(
      'query ($id: ID!) { node(id: $id) { ... on Product { commentCount comments { totalCount edges { node { replies { totalCount } } } } } } }',
      { id: ids['Product'] },
    );
    const replies = node.comments.edges.map(
      ({ node: comment }: { node: { replies: { totalCount: number } } }) => comment.replies.totalCount,
    );
    expect(node.comments.totalCount).toBe(7);
    expect(node.commentCount).toBe(7 + replies.reduce((sum: number, count: number) => sum + count, 0));
  });

  test('where a list has more than are counted, the count says so', async () => {
    const id = await plaza.product(viewers['merchant']!, { categoryId: ids['Category'] });
    const place = { subjectType: 'Product', subject: storeId(id), parent: null, replyCount: 0, reactions: {} };
    const times = { createdAt: new Date(), editedAt: null, deletedAt: null, hiddenAt: null };
    const comments = Array.from({ length: 2501 }, () => ({ ...place, ...times, author: storeId(people[0]!.id), body: 'Hello' }));
    await plaza.connection.collection('comments').insertMany(comments);
    const { product } = await plaza.data('query ($id: ID!) { product(id: $id) { comments { totalCount totalCountIsCapped } } }', { id });
    expect(product.comments).toEqual({ totalCount: 2500, totalCountIsCapped: true });
  });

  test('counting the lists below many parents is one command', async () => {
    const query = 'query ($first: Int!) { products(first: $first) { edges { node { questions(first: 1) { totalCount } } } } }';
    const commandsFor = async (first: number) => (await plaza.storeCommands(() => plaza.data(query, { first }))).length;
    const merchant = viewers['merchant']!;
    for (let at = 0; at < 3; at++) await plaza.product(merchant, { categoryId: ids['Category'] });
    expect(await commandsFor(5)).toBe(await commandsFor(2));
  });
});
