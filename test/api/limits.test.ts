import { createClient } from 'redis';
import { describe, expect, test } from 'vitest';
import { RateLimits } from '../../src/graphql/rate-limits.js';
import { noStreams, RequestContext } from '../../src/relay/context.js';
import { Door } from '../support/door.js';
import { Plaza, usePlaza } from '../support/plaza.js';
import { freePort, hasRedis, kill, startRedis } from '../support/processes.js';

const plaza = usePlaza({ RATE_LIMIT_USER: '8', RATE_LIMIT_ADDRESS: '40', RATE_LIMIT_CREDENTIALS: '12', TRUSTED_PROXIES: '1' });

const from = (address: string) => ({ 'x-forwarded-for': address });
const signUp = 'mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken userErrors { code } } }';
const rename = 'mutation { updateProfile(input: { name: "Me" }) { user { name } } }';
let people = 0;

function send(query: string, variables: object, headers: Record<string, string>) {
  return plaza.post(JSON.stringify({ query, variables }), headers);
}

async function newToken(address: string): Promise<string> {
  const handle = `limited_${++people}`;
  const input = { email: `${handle}@example.org`, password: 'correct horse', handle, name: handle };
  return (await send(signUp, { input }, from(address))).data.signUp.accessToken;
}

describe('changes are limited', () => {
  test('for each user, from wherever they come, and nobody else pays for it', async () => {
    const [token, other] = [await newToken('192.0.2.1'), await newToken('192.0.2.1')];
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, at) => send(rename, {}, { authorization: `Bearer ${token}`, ...from(`192.0.2.${at + 2}`) })),
    );
    const refused = answers.filter(({ errors }) => errors);
    expect(refused).toHaveLength(4);
    for (const { status, errors } of refused) {
      expect(status).toBe(429);
      expect(errors).toMatchObject([
        { message: expect.stringMatching(/Try again in \d+ s/) as string, extensions: { code: 'RATE_LIMITED' } },
      ]);
    }
    expect((await send(rename, {}, { authorization: `Bearer ${other}`, ...from('192.0.2.1') })).errors).toBeUndefined();
  });

  test('for each address, whoever signs in there', async () => {
    const query = 'mutation { trackEvents(input: { visitorId: "visitor-1", events: [] }) { acceptedCount } }';
    const answers = await Promise.all(Array.from({ length: 45 }, () => send(query, {}, from('198.51.100.1'))));
    expect(answers.filter(({ errors }) => errors)).toHaveLength(5);
    expect((await send(query, {}, from('198.51.100.2'))).errors).toBeUndefined();
  });

  test('when they try passwords, also by many in one request or hidden in fragments', async () => {
    const attempt = 'signIn(input: { email: "a@example.org", password: "guess" }) { userErrors { code } }';
    const many = `mutation { ${Array.from({ length: 10 }, (_, at) => `a${at}: ${attempt}`).join(' ')} }`;
    const hidden = `mutation { ...F } fragment F on Mutation { a: ${attempt} b: ${attempt} c: ${attempt} }`;
    expect((await send(many, {}, from('203.0.113.1'))).errors).toBeUndefined();
    expect((await send(hidden, {}, from('203.0.113.1'))).errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  });

  test('and reading is not', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => send('{ viewer { user { id } } }', {}, from('203.0.113.9'))));
    expect(answers.every(({ errors }) => !errors)).toBe(true);
  });

  test('over WebSocket too', async () => {
    const token = await newToken('192.0.2.77');
    const outcomes: string[] = [];
    for (let at = 0; at < 10; at++) {
      const events = await plaza.subscribe(rename, {}, token);
      outcomes.push(
        await events.next().then(
          () => 'done',
          (errors: { extensions: { code: string } }[]) => errors[0]!.extensions.code,
        ),
      );
    }
    expect(outcomes.filter((outcome) => outcome === 'RATE_LIMITED')).toHaveLength(2);
  });
});

test.skipIf(!hasRedis)('processes that share a Redis count together, and each alone while it is away', async () => {
  const port = await freePort();
  const redis = await startRedis(port);
  const clients = await Promise.all(
    [1, 2].map(() =>
      createClient({ url: `redis://127.0.0.1:${port}`, disableOfflineQueue: true })
        .on('error', () => {})
        .connect(),
    ),
  );
  const many = { costPerUser: 1000, costPerAddress: 1000, perKey: 1000, costPerKey: 1000, credentialsPerAddress: 100 };
  const [one, other] = clients.map((redis) => new RateLimits({ ...many, perUser: 1, perAddress: 3, redis }));
  const cost = { points: 1, mutations: ['trackEvents'], changes: 1, variables: [] };
  const charge = (limits: RateLimits) => limits.charge(cost, new RequestContext({ signedIn: null }, '192.0.2.1', noStreams));
  await charge(one!);
  await charge(other!);
  await charge(one!);
  await expect(charge(other!)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  await expect(charge(one!)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  await kill(redis);
  await charge(one!);
  for (const client of clients) client.destroy();
});

test.skipIf(!hasRedis)('a Redis that says nothing more keeps nobody waiting, and is joined anew', async () => {
  const port = await freePort();
  const redis = await startRedis(port);
  const door = new Door(() => ({ port, host: '127.0.0.1' }));
  await door.start();
  const shop = new Plaza();
  await shop.start({ REDIS_URL: `redis://127.0.0.1:${door.port}` });
  door.abandon();
  expect((await shop.query('{ products(first: 1) { totalCount } }')).status).toBe(200);
  const heard = new Promise((resolve) => shop.app.realtime.announcements.listen('topic', () => resolve('heard')));
  const outside = await createClient({ url: `redis://127.0.0.1:${port}` }).connect();
  const tell = setInterval(() => void outside.publish('plaza:announcements', JSON.stringify(['another', ['topic']])), 100);
  expect(await heard).toBe('heard');
  clearInterval(tell);
  outside.destroy();
  await shop.stop();
  door.stop();
  await kill(redis);
});
