/**
 * A walk over the whole schema: every argument and every input field, with everything that hostile clients send, as each
 * persona, over HTTP, WebSocket and event streams. Nothing is ever our fault, no socket closes, nothing is stored that
 * its type cannot answer, and no password is repeated.
 */
import {
  coerceInputValue,
  getNamedType,
  GraphQLError,
  isCompositeType,
  isObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import { beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { describedSchema } from '../support/described-schema.js';
import { usePlaza, type Account } from '../support/plaza.js';
import {
  everything,
  everythingByField,
  forgedCursors,
  hostileValues,
  placesOf,
  valueFor,
  walkedFields,
  withValueAt,
} from '../support/schema-walk.js';
import type { Base, Place, WalkedField } from '../support/schema-walk.js';

const limits = { MAX_BODY_SIZE: '8mb', MAX_OPERATION_COST: '10000000', MAX_OPERATION_DEPTH: '30', MAX_ANSWER_SIZE: '100mb' };
const plaza = usePlaza({ ...limits, CONNECTIONS_PER_ADDRESS: '1000', SUBSCRIPTIONS_PER_CONNECTION: '1000', INTROSPECTION: 'true' });
const password = 'hunter2 that nobody may see';
const personas = ['admin', 'stranger', 'buyer', 'merchant', 'moderator'] as const;
type Persona = (typeof personas)[number];

let schema: GraphQLSchema;
let fields: WalkedField[];
const accounts = new Map<Persona, Account>();
const pool = new Map<string, string>();

beforeAll(async () => {
  schema = await describedSchema();
  await makeShop();
  for (const persona of personas) if (persona !== 'stranger') accounts.set(persona, await newAccount(persona));
  fields = walkedFields(schema, base);
});

async function newAccount(persona: Persona): Promise<Account> {
  const account = await plaza.account({ merchant: persona === 'merchant' });
  const roles = { admin: ['BUYER', 'MERCHANT', 'MODERATOR', 'ADMIN'], moderator: ['BUYER', 'MODERATOR'] }[persona as string];
  if (roles) await plaza.connection.collection('users').updateOne({ handle: account.handle }, { $set: { roles } });
  return account;
}

/** One of each kind of thing, none of which belongs to a persona. */
async function makeShop(): Promise<void> {
  const [owner, other] = [await plaza.account({ merchant: true }), await plaza.account()];
  const category = await plaza.category();
  const product = await plaza.product(owner, { categoryId: category });
  const made = async (name: string, input: object, selection: string, by = other) => plaza.mutate(name, input, selection, by.token);
  const { review } = await plaza.review(other, product, {});
  const { comment } = await made('addComment', { subjectId: product, body: 'Hello' }, 'comment { id }');
  const { question } = await made('askQuestion', { productId: product, body: 'Blue?' }, 'question { id }');
  const { answer } = await made('answerQuestion', { questionId: question.id, body: 'Yes' }, 'answer { id }', owner);
  const { share } = await made('shareProduct', { productId: product, channel: 'FOLLOWERS' }, 'share { id }');
  const { order } = await made('placeOrder', { items: [{ productId: product }] }, 'order { id }');
  const { referrals } = await made('referProduct', { productId: product, toUserIds: [owner.id] }, 'referrals { id }');
  const { feedback } = await made('sendMerchantFeedback', { merchantId: owner.id, kind: 'NEED', body: 'A lid' }, 'feedback { id }');
  await made('reportContent', { contentId: comment.id, reason: 'SPAM' }, 'reported', owner);
  const ids = { Category: category, Product: product, Review: review.id, Comment: comment.id, Question: question.id, Answer: answer.id };
  const more = {
    Share: share.id,
    Order: order.id,
    Referral: referrals[0].id,
    MerchantFeedback: feedback.id,
    User: other.id,
    Merchant: owner.id,
  };
  for (const [type, id] of Object.entries({ ...ids, ...more })) pool.set(type, id as string);
}

const kinds: Record<string, string> = {
  merchant: 'Merchant',
  feedback: 'MerchantFeedback',
  subject: 'Product',
  content: 'Comment',
  parent: 'Category',
};
let counter = 0;
let answered = 0;

const base: Base = (name, type) => {
  if (/ID/.test(String(type))) return idFor(name, String(type).includes('['));
  const number = ++counter;
  const values: Record<string, unknown> = { password, newPassword: password, email: `walk${number}@example.org`, handle: `walk${number}` };
  const plain: Record<string, unknown> = { ...values, currency: 'EUR', visitorId: 'visitor-of-the-walk', eventId: `event ${number}` };
  return { ...plain, name: `Name ${number}`, idempotencyKey: `key ${number}` }[name];
};

function idFor(name: string, isList: boolean): unknown {
  const named = name.includes('.') ? name.split('.')[0]! : name.replace(/Ids?$/, '').replace(/^to/, '');
  const type = kinds[named.toLowerCase()] ?? named[0]!.toUpperCase() + named.slice(1);
  const id = pool.get(type) ?? pool.get('Product')!;
  return isList ? [id] : id;
}

interface Attempt {
  place: Place;
  value: unknown;
}

/** Every value for every place of a field; a sample of them for all personas but the first. */
function attemptsAt({ field }: WalkedField, persona: Persona, cursors: string[]): Attempt[] {
  const share = personas.indexOf(persona);
  const all = placesOf(field).flatMap((place) => {
    const values = hostileValues(place.type, [...pool.values()], cursors, place.path.at(-1)!);
    return values.map((value) => ({ place, value }));
  });
  return share === 0 ? all : all.filter((_, at) => at % 12 === share);
}

interface Operation {
  query: string;
  variables: Record<string, unknown>;
}

/** One operation with each attempt under a name of its own. */
function operationOf(walked: WalkedField, attempts: Attempt[]): Operation {
  const { kind, field, before, after } = walked;
  const variables: Record<string, unknown> = {};
  const declared: string[] = [];
  const below = getNamedType(field.type);
  const selection = isCompositeType(below) ? everything(schema, below, 1) : '';
  const parts = attempts.map(({ place, value }, at) => {
    const required = Object.fromEntries(
      field.args
        .filter(({ type, defaultValue, name }) => name === place.path[0] || (String(type).endsWith('!') && defaultValue === undefined))
        .map((argument) => [argument.name, valueFor(argument, base)]),
    );
    const args = withValueAt(required, place.path, value) as Record<string, unknown>;
    const given = Object.keys(args).map((name) => {
      variables[`${name}${at}`] = args[name];
      declared.push(`$${name}${at}: ${String(field.args.find((argument) => argument.name === name)!.type)}`);
      return `${name}: $${name}${at}`;
    });
    return `a${at}: ${field.name}(${given.join(', ')}) ${selection}`;
  });
  const named = kind === 'subscription' ? parts.map((part) => part.replace(/^a\d+: /, '')) : parts;
  return { query: `${kind} Walk(${declared.join(', ')}) ${before}${named.join(' ')}${after}`, variables };
}

const fitting = new Map<string, boolean>();

/** Whether the place takes the value by its type: what it does not take is refused before anything runs. */
function fits({ place, value }: Attempt): boolean {
  const name = nameOf(place, value);
  const known = fitting.get(name);
  if (known !== undefined) return known;
  const isFit = coerces(place.type, value);
  fitting.set(name, isFit);
  return isFit;
}

function coerces(type: GraphQLInputType, value: unknown): boolean {
  let isFit = true;
  const copy = value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown);
  try {
    coerceInputValue(copy, type, () => void (isFit = false));
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return false;
  }
  return isFit;
}

const nameOf = ({ type }: Place, value: unknown): string => `${String(type)} ${JSON.stringify(value) ?? ''}`;

/**
 * What a type refuses, it refuses before any code of a field runs: wherever values of the type stand, and whoever sends them.
 * Each is tried once in an operation of each kind, alone and within an input.
 */
function withoutRepeatedRefusals({ kind }: WalkedField, attempts: Attempt[], tried: Set<string>): Attempt[] {
  return attempts.filter((attempt) => {
    if (fits(attempt)) return true;
    const name = `${kind} ${attempt.place.path.length > 1} ${nameOf(attempt.place, attempt.value)}`;
    return !tried.has(name) && tried.add(name);
  });
}

interface Result {
  data?: Record<string, unknown> | null;
  errors?: readonly { message: string; path?: unknown; extensions?: { code?: unknown } }[];
}

function expectNoFault(result: Result, where: () => string): void {
  for (const { message, extensions } of result.errors ?? []) {
    const code = extensions?.code;
    if (typeof code !== 'string' || code === 'INTERNAL_SERVER_ERROR') expect.fail(`${String(code)}: ${message} at ${where()}`);
  }
  if (JSON.stringify(result).includes('hunter2')) expect.fail(`a password is repeated at ${where()}`);
}

const describeAttempts = (walked: WalkedField, attempts: Attempt[]): string =>
  `${walked.type}.${walked.field.name}: ${attempts.map(({ place, value }) => `${place.path.join('.')} = ${JSON.stringify(value)?.slice(0, 60)}`).join(' | ')}`;

function inGroups<Item>(items: Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}

/** Values that fit go several at a time; the others would hide each other. */
function groupsOf(attempts: Attempt[]): Attempt[][] {
  const unfit = attempts.filter((attempt) => !fits(attempt));
  return [...inGroups(attempts.filter(fits), 5), ...inGroups(unfit, 10)];
}

async function cursorsOf(walked: WalkedField): Promise<string[]> {
  const { field, before, after, kind } = walked;
  if (kind === 'subscription') return forgedCursors(Buffer.from(JSON.stringify([`comments:${'0'.repeat(24)}`, 1])).toString('base64url'));
  if (!field.args.some(({ name }) => name === 'after')) return [];
  const required = field.args.filter(({ type, defaultValue }) => String(type).endsWith('!') && defaultValue === undefined);
  const literal = required.map((argument) => `${argument.name}: ${JSON.stringify(valueFor(argument, base))}`).join(', ');
  const query = `${before}page: ${field.name}${literal && `(${literal})`} { pageInfo { startCursor } }${after}`;
  const { data } = await plaza.query(query, {}, accounts.get('admin')!.token);
  const real = /"startCursor":"([^"]+)"/.exec(JSON.stringify(data ?? {}))?.[1];
  return forgedCursors(real ?? Buffer.from('["nothing",[1,2]]').toString('base64url'));
}

/** Some of what is walked ends sessions or takes roles away. */
async function tokenOf(persona: Persona): Promise<string | undefined> {
  if (persona === 'stranger') return undefined;
  const account = accounts.get(persona)!;
  const { data } = await plaza.query('{ viewer { user { id roles } } }', {}, account.token);
  if (data?.viewer?.user && (persona !== 'admin' || data.viewer.user.roles.length === 4)) return account.token;
  accounts.set(persona, await newAccount(persona));
  return accounts.get(persona)!.token;
}

async function walk(walked: WalkedField, persona: Persona, refused: Set<string>): Promise<void> {
  const token = await tokenOf(persona);
  const groups = groupsOf(withoutRepeatedRefusals(walked, attemptsAt(walked, persona, await cursorsOf(walked)), refused));
  const send = async (attempts: Attempt[]): Promise<void> => {
    const { query, variables } = operationOf(walked, attempts);
    const answer = await plaza.query(query, variables, token);
    expectNoFault(answer, () => describeAttempts(walked, attempts));
    if (answer.data && !answer.errors) answered++;
    if (answer.status >= 500) expect.fail(`${answer.status} at ${describeAttempts(walked, attempts)}`);
  };
  for (const some of inGroups(groups, 8)) await Promise.all(some.map(send));
}

describe('every argument and input field, over HTTP,', () => {
  test.each(personas)('as %s', async (persona) => {
    answered = 0;
    const refused = new Set<string>();
    for (const walked of fields) if (walked.kind !== 'subscription') await walk(walked, persona, refused);
    expect(answered).toBeGreaterThan(fields.length / 4);
  });
});

describe('every argument and input field, over one WebSocket that stays open,', () => {
  test.each(['admin', 'stranger'] as const)('as %s', async (persona) => {
    let closed = 0;
    const token = await tokenOf(persona);
    const client = createClient({
      url: `${plaza.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazy: false,
      connectionParams: token ? { authorization: `Bearer ${token}` } : {},
      onNonLazyError: () => {},
      on: { closed: () => closed++ },
    });
    const product = pool.get('Product')!;
    const other = await plaza.account();
    const events = client.iterate({ query: `subscription { commentAdded(subjectId: "${product}") { comment { body } } }` });
    let next!: ReturnType<typeof events.next>;
    await plaza.admits(1, () => void (next = events.next()));
    for (const walked of fields) {
      const ends = walked.kind === 'mutation' && /signOut|session|password|email|erase|roles/i.test(walked.field.name);
      if (!ends) await walkSocket(client, walked, persona);
      if (closed > 0) expect.fail(`the socket closed at ${walked.field.name}`);
    }
    await plaza.mutate('addComment', { subjectId: product, body: 'Still there' }, 'comment { id }', other.token);
    for (let text = ''; text !== 'Still there'; next = events.next()) {
      const { value } = (await next) as { value: { data: { commentAdded: { comment: { body: string } | null } } } };
      text = value.data.commentAdded.comment?.body ?? '';
    }
    expect(closed).toBe(0);
    await client.dispose();
  });
});

async function walkSocket(client: Client, walked: WalkedField, persona: Persona): Promise<void> {
  const attempts = attemptsAt(walked, 'admin', await cursorsOf(walked)).filter(({ value }) => JSON.stringify(value)?.length < 100_000);
  const sampled = walked.kind === 'subscription' ? attempts : attempts.filter((_, at) => at % 15 === personas.indexOf(persona));
  for (const some of inGroups(sampled, 10)) {
    await Promise.all(some.map((attempt) => sendOver(client, walked, attempt)));
  }
}

/** A subscription that is taken in is completed at once. */
async function sendOver(client: Client, walked: WalkedField, attempt: Attempt): Promise<void> {
  const { query, variables } = operationOf(walked, [attempt]);
  const where = (): string => describeAttempts(walked, [attempt]);
  await new Promise<void>((resolve, reject) => {
    let isOver = false;
    const end = (): void => {
      isOver = true;
      resolve();
    };
    const check = (result: Result): void => {
      try {
        expectNoFault(result, where);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const refused = (errors: unknown): void => {
      if (Array.isArray(errors)) check({ errors: errors as Result['errors'] });
      else reject(new Error(`closed at ${where()}`));
      end();
    };
    const stop = client.subscribe<Record<string, unknown>>({ query, variables }, { next: check, error: refused, complete: end });
    if (walked.kind !== 'subscription') return;
    // What is watched answers nothing: that the next operation on the socket is answered shows that this one was read.
    const read = (): void => {
      if (!isOver) stop();
      end();
    };
    client.subscribe({ query: '{ __typename }' }, { next: () => {}, error: refused, complete: read });
  });
}

test('every argument of a subscription, over event streams', async () => {
  const token = await tokenOf('buyer');
  for (const walked of fields.filter(({ kind }) => kind === 'subscription')) {
    const attempts = attemptsAt(walked, 'admin', await cursorsOf(walked)).filter(({ value }) => JSON.stringify(value)?.length < 100_000);
    for (const attempt of attempts) {
      const stopping = new AbortController();
      const response = await fetch(`${plaza.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${token}` },
        body: JSON.stringify(operationOf(walked, [attempt])),
        signal: stopping.signal,
      });
      if (response.status >= 500) expect.fail(`${response.status} at ${describeAttempts(walked, [attempt])}`);
      const { value } = await response.body!.getReader().read();
      stopping.abort();
      const text = Buffer.from(value ?? []).toString();
      if (/INTERNAL_SERVER_ERROR|hunter2/.test(text)) expect.fail(`${text} at ${describeAttempts(walked, [attempt])}`);
    }
  }
});

const collections: Record<string, string> = {
  ...{ Product: 'products', Category: 'categories', Review: 'reviews', Comment: 'comments', Question: 'questions', Answer: 'answers' },
  ...{ Share: 'shares', Order: 'orders', Referral: 'referrals', MerchantFeedback: 'merchant_feedback', User: 'users' },
};

describe('afterwards, everything that is stored can be answered', () => {
  test.each(Object.keys(collections))('%s', async (type) => {
    const token = (await tokenOf('admin'))!;
    const documents = await plaza.connection
      .collection(collections[type]!)
      .find({}, { projection: { _id: 1 } })
      .toArray();
    const ids = documents.map(({ _id }) => Buffer.from(`${type}:${String(_id)}`).toString('base64url'));
    expect(ids.length).toBeGreaterThan(0);
    const object = schema.getType(type);
    if (!isObjectType(object)) throw new Error(`${type} is no object`);
    const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ${type} ${everything(schema, object, 1)} } }`;
    for (const some of inGroups(ids, 50)) expect((await plaza.query(query, { ids: some }, token)).errors).toBeUndefined();
  });

  test.each(personas)('what %s sees of the shop', async (persona) => {
    const token = await tokenOf(persona);
    for (const field of Object.values(schema.getQueryType()!.getFields())) {
      const below = getNamedType(field.type);
      if (!isCompositeType(below) || field.args.some(({ type, defaultValue }) => String(type).endsWith('!') && defaultValue === undefined))
        continue;
      if (['product', 'category', 'user', 'order'].includes(field.name)) continue;
      for (const selection of everythingByField(schema, below, 2)) {
        const { errors } = await plaza.query(`{ ${field.name} ${selection} }`, {}, token);
        const codes = errors?.map(({ extensions, message }) => `${extensions.code} ${message}`) ?? [];
        expect(
          codes.filter((code) => !/^(?:FORBIDDEN|UNAUTHENTICATED)/.test(code)),
          `${field.name} ${selection}`,
        ).toEqual([]);
      }
    }
  });
});

test('a required value cannot be made null by its type', () => {
  const withDefault: string[] = [];
  const look = (name: string, { type, defaultValue }: { type: GraphQLInputType; defaultValue?: unknown }): void => {
    if (defaultValue !== undefined && !String(type).endsWith('!')) withDefault.push(name);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (!('getFields' in type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if ('args' in field) for (const argument of field.args) look(`${type.name}.${field.name}(${argument.name})`, argument);
      else look(`${type.name}.${field.name}`, field);
    }
  }
  expect(withDefault).toEqual([]);
});
