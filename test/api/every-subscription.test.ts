/** Every subscription of the schema keeps what all of them promise, over WebSocket and event streams. */
import { getNamedType, isObjectType, type GraphQLField, type GraphQLObjectType } from 'graphql';
import { createClient as createStreamClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { describedSchema } from '../support/described-schema.js';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza({ CONNECTIONS_PER_ADDRESS: '1000', REQUEST_CONNECTIONS_PER_ADDRESS: '1000' });

interface Event {
  cursor: string;
  [field: string]: unknown;
}

interface Node {
  __typename: string;
  id: string;
}

interface Answer {
  data?: Record<string, Event> | null;
  errors?: readonly { extensions?: { code?: string; argument?: string } }[];
}

type Answers = AsyncIterableIterator<Answer>;

/** Opens an operation, closed after the tests where it did not end by itself. */
type Transport = (query: string, variables: Record<string, unknown>, token: string) => Answers;

const open: { dispose: () => unknown }[] = [];
afterAll(() => Promise.all(open.map((client) => client.dispose())));

const transports: Record<string, Transport> = {
  'graphql-ws': (query, variables, token) => {
    const url = `${plaza.url.replace('http', 'ws')}/graphql`;
    const client = createSocketClient({
      ...{ url, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: { authorization: `Bearer ${token}` } },
    });
    open.push(client);
    return client.iterate({ query, variables }) as Answers;
  },
  'event streams': (query, variables, token) => {
    const headers = { authorization: `Bearer ${token}` };
    const client = createStreamClient({ url: `${plaza.url}/graphql`, singleConnection: false, retryAttempts: 0, headers });
    open.push(client);
    return client.iterate({ query, variables }) as Answers;
  },
};

interface Scene {
  viewer: Account;
  other: Account;
  merchant: Account;
  /** Any one of them reviews a product once. */
  reviewers: Account[];
  categoryId: string;
}

interface Happening {
  /** What is subscribed to; the viewer's own where it is null. */
  subject: ((scene: Scene) => Promise<string>) | null;
  /** Makes one event. */
  happen: (scene: Scene, subject: string, at: number) => Promise<unknown>;
  /** Takes the subject away for the viewer, who is signed out where there is none. */
  remove?: (scene: Scene, subject: string) => Promise<unknown>;
}

const made = async (name: string, input: object, type: string, { token }: Account): Promise<string> => {
  const payload = await plaza.mutate(name, input, `${type} { id }`, token);
  if (payload.userErrors.length > 0) throw new Error(JSON.stringify(payload.userErrors));
  return payload[type].id as string;
};

const newProduct = ({ merchant, categoryId }: Scene): Promise<string> => plaza.product(merchant, { categoryId });
const ofProduct = {
  subject: newProduct,
  remove: ({ merchant }: Scene, productId: string) => plaza.mutate('archiveProduct', { productId }, 'product { id }', merchant.token),
};
const review = ({ reviewers }: Scene, product: string, at: number) => plaza.review(reviewers[at - 1]!, product);
const asked = ({ other }: Scene, productId: string, at: number) =>
  made('askQuestion', { productId, body: `Is it ${at}?` }, 'question', other);
const ofQuestion: Happening = {
  subject: async (scene) => asked(scene, await newProduct(scene), 0),
  happen: ({ other }, questionId, at) => made('answerQuestion', { questionId, body: `It is ${at}.` }, 'answer', other),
  remove: ({ other }, questionId) => plaza.mutate('deleteQuestion', { questionId }, 'deletedQuestionId', other.token),
};
const ofReview: Happening = {
  subject: async (scene) => (await plaza.review(scene.other, await newProduct(scene))).review.id as string,
  happen: ({ merchant }, subjectId, at) => made('addComment', { subjectId, body: `Word ${at}` }, 'comment', merchant),
  remove: ({ other }, reviewId) => plaza.mutate('deleteReview', { reviewId }, 'deletedReviewId', other.token),
};

const happenings: Record<string, Happening> = {
  answerAdded: ofQuestion,
  answerChanged: ofQuestion,
  commentAdded: ofReview,
  commentChanged: ofReview,
  feedItemAdded: {
    subject: null,
    happen: async (scene) => made('shareProduct', { productId: await newProduct(scene), channel: 'FOLLOWERS' }, 'share', scene.other),
  },
  notificationReceived: {
    subject: null,
    happen: async (scene) => {
      const productId = await newProduct(scene);
      const questionId = await made('askQuestion', { productId, body: 'Is it blue?' }, 'question', scene.viewer);
      return made('answerQuestion', { questionId, body: 'It is.' }, 'answer', scene.other);
    },
  },
  questionAsked: { ...ofProduct, happen: asked },
  questionChanged: { ...ofProduct, happen: asked },
  ratingChanged: { ...ofProduct, happen: review },
  reviewAdded: { ...ofProduct, happen: review },
  reviewChanged: { ...ofProduct, happen: review },
};

const schema = await describedSchema();
const subscriptions = Object.values(schema.getSubscriptionType()!.getFields());
const isNode = (type: GraphQLObjectType): boolean => type.getInterfaces().some(({ name }) => name === 'Node');

/** The cursor, what happened, and each object with its id. */
function operationOf(field: GraphQLField<unknown, unknown>): string {
  const payload = getNamedType(field.type) as GraphQLObjectType;
  const parts = Object.values(payload.getFields()).map(({ name, type }) => {
    const below = getNamedType(type);
    if (name === 'edge') return 'edge { cursor node { __typename id } }';
    if (isObjectType(below)) return isNode(below) ? `${name} { __typename id }` : `${name} { __typename }`;
    return 'getFields' in below || 'getTypes' in below ? `${name} { __typename ... on Node { id } }` : name;
  });
  const declared = field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const given = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  return `subscription (${declared}) { ${field.name}(${given}) { ${parts.join(' ')} } }`;
}

const subjectArgument = (field: GraphQLField<unknown, unknown>) => field.args.find(({ name }) => name !== 'after')?.name;

let stage: Scene;

beforeAll(async () => {
  const [viewer, other, merchant] = [await plaza.account(), await plaza.account(), await plaza.account({ merchant: true })];
  await plaza.mutate('followUser', { userId: other.id }, 'user { id }', viewer.token);
  const reviewers = [other, viewer, await plaza.account()];
  stage = { viewer, other, merchant, reviewers, categoryId: await plaza.category() };
});

async function eventOf(field: string, answers: Answers): Promise<Event> {
  const { value, done } = await answers.next();
  if (done || value.errors) throw new Error(`${field}: ${JSON.stringify(value) ?? 'it ended'}`);
  return value.data![field]!;
}

/** How it was refused, once or for good. */
async function refusalOf(answers: Answers): Promise<object | undefined> {
  const { value } = await answers.next();
  return value?.errors?.[0]?.extensions;
}

/** Waits until nothing comes any more: it is complete, or the connection was closed with the reason. What happened before may come late. */
async function endOf(answers: Answers): Promise<unknown> {
  try {
    for (;;) {
      const { done, value } = await answers.next();
      if (done || value.errors?.[0]?.extensions?.code === 'UNAUTHENTICATED') return 'ended';
      if (value.errors) return value;
    }
  } catch (error) {
    return (error as { code?: number }).code === 4401 ? 'ended' : error;
  }
}

/** Each object that an event is about has an id by which it is found, and its edge is the edge of what is new. */
async function hasNodes(event: Event, { token }: Account): Promise<void> {
  const objects = Object.values(event).filter((value): value is Node => typeof value === 'object' && value !== null && 'id' in value);
  expect(objects.length).toBeGreaterThan(0);
  const { nodes } = await plaza.data(
    'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }',
    { ids: objects.map(({ id }) => id) },
    token,
  );
  expect(nodes).toEqual(objects);
  if (!('edge' in event)) return;
  const edge = event['edge'] as { cursor: string; node: Node };
  expect(edge.cursor).toBeTruthy();
  expect(objects).toContainEqual(edge.node);
}

test('every subscription of the schema is tried here', () => {
  expect(subscriptions.map(({ name }) => name).sort()).toEqual(Object.keys(happenings).sort());
});

describe.each(Object.entries(transports))('over %s', (_, transport) => {
  test('all of them end when the viewer’s session does', async () => {
    const { accessToken } = await plaza.mutate('signIn', { email: stage.viewer.email, password: stage.viewer.password }, 'accessToken');
    const ends: Promise<unknown>[] = [];
    for (const field of subscriptions) {
      const argument = subjectArgument(field);
      const variables = argument ? { [argument]: await happenings[field.name]!.subject!(stage) } : {};
      await plaza.admits(1, () => ends.push(endOf(transport(operationOf(field), variables, accessToken))));
    }
    await plaza.mutate('signOut', {}, 'signedOut', accessToken);
    expect(await Promise.all(ends)).toEqual(subscriptions.map(() => 'ended'));
  });

  describe.each(subscriptions.map((field) => [field.name, field] as const))('%s', (name, field) => {
    const { subject, happen, remove } = happenings[name]!;
    const argument = subjectArgument(field);
    const query = operationOf(field);
    const variablesOf = (id: string, after?: string) => ({ ...(argument && { [argument]: id }), ...(after && { after }) });

    test('sends what happens with its nodes, and again from each cursor, everything once', async () => {
      const id = (await subject?.(stage)) ?? '';
      const count = 3;
      const answers = transport(query, variablesOf(id), stage.viewer.token);
      let first!: Promise<Event>;
      await plaza.admits(1, () => (first = eventOf(name, answers)));
      for (let at = 1; at <= count; at++) await happen(stage, id, at);
      const events = [await first];
      while (events.length < count) events.push(await eventOf(name, answers));
      await answers.return?.();

      const cursors = events.map(({ cursor }) => cursor);
      expect(new Set(cursors).size).toBe(count);
      for (const event of events) await hasNodes(event, stage.viewer);
      for (const [at, cursor] of cursors.entries()) {
        const resumed = transport(query, variablesOf(id, cursor), stage.viewer.token);
        const next: Event[] = [];
        while (next.length < count - 1 - at) next.push(await eventOf(name, resumed));
        expect(next.map((event) => event.cursor)).toEqual(cursors.slice(at + 1));
        await resumed.return?.();
      }
    });

    // What follows is decided before a transport is asked.
    if (transport !== transports['graphql-ws']) return;

    test('refuses cursors that are forged or of another stream', async () => {
      const id = (await subject?.(stage)) ?? '';
      const foreign = Buffer.from(JSON.stringify(['comments:000000000000000000000000', 1])).toString('base64url');
      for (const after of ['nonsense', foreign, Buffer.from('[]').toString('base64url')]) {
        const answers = transport(query, variablesOf(id, after), stage.viewer.token);
        expect(await refusalOf(answers)).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'after' });
      }
    });

    if (remove) {
      test('is complete when its subject is gone', async () => {
        const id = await subject!(stage);
        const answers = transport(query, variablesOf(id), stage.viewer.token);
        let first!: Promise<unknown>;
        await plaza.admits(1, () => (first = answers.next()));
        await remove(stage, id);
        expect(await first).toMatchObject({ done: true });
      });
    }

    if (argument) {
      test('refuses a subject that does not exist', async () => {
        const [type] = Buffer.from(await subject!(stage), 'base64url')
          .toString()
          .split(':');
        const nobody = Buffer.from(`${type}:${'0'.repeat(24)}`).toString('base64url');
        expect(await refusalOf(transport(query, variablesOf(nobody), stage.viewer.token))).toMatchObject({ code: 'NOT_FOUND', argument });
      });
    }
  });
});
