import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestMailServer } from '../support/mail.js';
import { Plaza } from '../support/plaza.js';
import { kill, startApi } from '../support/processes.js';
import { repeat, serverThat } from '../support/server-that.js';
import { until } from '../support/until.js';

const server = new TestMailServer();
const plaza = new Plaza();

beforeAll(async () => {
  await server.start();
  await plaza.start({ SMTP_URL: `smtp://127.0.0.1:${server.port}`, MAIL_FROM: 'Shop <shop@example.org>', SHOP_NAME: 'The Shop' });
});

afterAll(async () => {
  await plaza.stop();
  await server.stop();
});

const arrives = async (to: string) => {
  await until(() => server.received.some((mail) => mail.to === to));
  return server.received.find((mail) => mail.to === to)!;
};

test('a mail server that answers without end keeps no server from stopping, and what waits for it is sent by the next', async () => {
  const greets = (connection: Socket): void => {
    connection.write('220 mail.example\r\n');
    connection.once('data', () => repeat(connection, '250-mail.example\r\n'));
  };
  const endless = await serverThat(greets, { when: 'CONNECTED' });
  const alone = new Plaza();
  await alone.start({ SMTP_URL: `smtp://${endless.address}`, MAIL_FROM: 'shop@example.org' });
  for (let at = 0; at < 6; at++) await alone.signUp();
  await until(() => endless.open() > 0);
  const begun = Date.now();
  await alone.worker('mail').stop();
  const waiting = await alone.connection.collection('outgoing_mail').find().toArray();
  expect(Date.now() - begun).toBeLessThan(20_000);
  expect(waiting).toHaveLength(6);
  expect(Math.max(...waiting.map(({ dueAt }) => (dueAt as Date).getTime()))).toBeLessThan(Date.now() + 30_000);
  expect(endless.open()).toBe(0);
  await alone.stop();
  endless.stop();
});

describe('mail over SMTP', () => {
  test('has a plain and an HTML body, and comes from the shop', async () => {
    const { email } = await plaza.signUp();
    const { text, subject, token } = await arrives(email);
    expect(subject).toBe('Confirm your email address');
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(text).toMatch(/^From: Shop <shop@example.org>$/m);
    expect(text).toContain('Content-Type: text/plain');
    expect(text).toContain('Content-Type: text/html');
  });

  test('is sent again when the server refuses it, with the same token', async () => {
    server.refusals = 1;
    const { email } = await plaza.signUp();
    expect((await arrives(email)).subject).toBe('Confirm your email address');
  });

  test('fails nothing while the server is away, and comes when it is back', async () => {
    await server.stop();
    const { email, token } = await plaza.signUp();
    expect((await plaza.query('{ viewer { email } }', {}, token)).status).toBe(200);
    await plaza.settle('mail');
    await server.start();
    expect((await arrives(email)).token).toBeDefined();
  });

  test('survives the end of the process that was to send it', async () => {
    const { email } = await plaza.signUp();
    const { token } = await arrives(email);
    expect(token).toBeDefined();
    await server.stop();
    const secret = 'a secret for tests that is long enough';
    const environment = {
      SMTP_URL: `smtp://127.0.0.1:${server.port}`,
      PLAZA_DATA_DIR: `${plaza.dataDirectory}/other`,
      AUTH_SECRET: secret,
    };
    const first = await startApi(environment);
    const handle = 'killed_before_mail';
    const input = { email: `${handle}@example.org`, password: 'correct horse', handle, name: 'x' };
    const answer = await fetch(`${first.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } } }', variables: { input } }),
    });
    expect(((await answer.json()) as { data: { signUp: { user: unknown } } }).data.signUp.user).toBeTruthy();
    await kill(first);
    await server.start();
    const second = await startApi(environment);
    expect((await arrives(input.email)).subject).toBe('Confirm your email address');
    await kill(second, 'SIGTERM');
  });
});
