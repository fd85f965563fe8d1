/** Notifications outside the shop: push messages to browsers, and digests by mail. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestMailServer } from '../support/mail.js';
import { Plaza, storeId, type Account } from '../support/plaza.js';
import { PushService, type Browser } from '../support/push-service.js';
import { until } from '../support/until.js';

const plaza = new Plaza();
const smtp = new TestMailServer();
let pushKey = '';
const service = new PushService(() => pushKey);
const environment = () => ({
  SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
  WEBHOOK_ALLOW_PRIVATE: 'true',
  SHOP_NAME: 'The Shop',
  PUBLIC_URL: 'https://shop.example',
});

beforeAll(async () => {
  await Promise.all([smtp.start(), service.start()]);
  await plaza.start(environment());
  pushKey = (await plaza.data('{ viewer { pushKey } }')).viewer.pushKey;
});

afterAll(async () => {
  await plaza.stop();
  await Promise.all([smtp.stop(), service.stop()]);
});

async function scene() {
  const merchant = await plaza.account({ merchant: true });
  const [author, other] = await Promise.all([plaza.account(), plaza.account()]);
  const productId = await plaza.product(merchant, { title: 'Blue teapot' });
  const { comment } = await plaza.mutate('addComment', { subjectId: productId, body: 'Lovely' }, 'comment { id }', author.token);
  const reply = async (from: Account = other, body = 'Indeed') =>
    (await plaza.mutate('addComment', { subjectId: productId, parentId: comment.id, body }, 'comment { id }', from.token)).comment
      .id as string;
  return { merchant, author, other, productId, comment: comment.id as string, reply };
}

async function subscribe({ token }: Account, browser: Browser, language = 'en') {
  const query = `mutation ($input: SubscribeToPushInput!) {
    subscribeToPush(input: $input) { device { endpoint name } viewer { pushDevices { endpoint } } userErrors { code field message } }
  }`;
  const headers = { authorization: `Bearer ${token}`, 'accept-language': language, 'user-agent': 'Browser of a test' };
  const { data, errors } = await plaza.post(JSON.stringify({ query, variables: { input: browser.subscription } }), headers);
  if (errors) throw new Error(JSON.stringify(errors));
  return data.subscribeToPush;
}

async function prefer({ token }: Account, input: object, language = 'en') {
  const query = `mutation ($input: UpdateNotificationPreferencesInput!) {
    updateNotificationPreferences(input: $input) {
      emailDigest notificationPreferences { kind enabled push email } userErrors { code field message }
    }
  }`;
  const headers = { authorization: `Bearer ${token}`, 'accept-language': language };
  return (await plaza.post(JSON.stringify({ query, variables: { input } }), headers)).data.updateNotificationPreferences;
}

/** Lets the time of a user's digest come. */
async function digestOf({ id }: Account): Promise<void> {
  await plaza.connection.collection('notification_digests').updateOne({ _id: storeId(id) }, { $set: { dueAt: new Date(0) } });
  await plaza.settle('digests');
  await plaza.settle('mail');
}

async function confirmed(): Promise<Account> {
  const account = await plaza.account();
  await plaza.connection.collection('users').updateOne({ _id: storeId(account.id) }, { $set: { emailConfirmedAt: new Date() } });
  return account;
}

const digestsTo = ({ email }: Account) => smtp.received.filter(({ to, text }) => to === email && text.includes('List-Unsubscribe'));
const waiting = (collection: string) => plaza.connection.collection(collection).countDocuments();

describe('push messages', () => {
  test('come to the browsers of whom they are for, say what happened in their language, and lead to it', async () => {
    const { author, reply, other } = await scene();
    const [phone, laptop, stranger] = [service.browser(), service.browser(), service.browser()];
    expect(await subscribe(author, phone)).toMatchObject({ device: { name: 'Browser of a test' }, userErrors: [] });
    expect((await subscribe(author, laptop, 'de')).viewer.pushDevices).toHaveLength(2);
    await subscribe(other, stranger);
    await reply();
    const { payload, subject, headers } = await service.next(phone);
    expect(payload).toMatchObject({ kind: 'REPLIED', title: `Name of ${other.handle} replied to your comment`, body: 'Blue teapot' });
    expect(payload.url).toMatch(/^https:\/\/shop\.example\/products\/blue-teapot/);
    expect(subject).toBe('https://shop.example');
    expect(headers['topic']).toMatch(/^[\w-]{32}$/);
    expect((await service.next(laptop)).payload.title).toBe(`Name of ${other.handle} hat auf deinen Kommentar geantwortet`);
    await until(async () => (await waiting('push_messages')) === 0);
    expect([service.to(phone), service.to(laptop), service.to(stranger), service.refused].map(({ length }) => length)).toEqual([
      1, 1, 0, 0,
    ]);
  });

  test('are switched off kind by kind, and apart from what the shop shows', async () => {
    const { author, reply } = await scene();
    const browser = service.browser();
    await subscribe(author, browser);
    const off = await prefer(author, { preferences: [{ kind: 'REPLIED', push: false }] });
    expect(off.notificationPreferences).toContainEqual({ kind: 'REPLIED', enabled: true, push: false, email: true });
    await reply();
    await prefer(author, { preferences: [{ kind: 'REPLIED', push: true, enabled: false }] });
    await reply();
    expect((await service.next(browser)).payload.kind).toBe('REPLIED');
    const { viewer } = await plaza.data(
      '{ viewer { unreadNotificationCount notifications { edges { node { actorCount } } } } }',
      {},
      author.token,
    );
    expect(viewer).toMatchObject({ unreadNotificationCount: 1, notifications: { edges: [{ node: { actorCount: 1 } }] } });
    expect(service.to(browser)).toHaveLength(1);
  });

  test('are tried again when the push service fails, and end with a browser that is gone or whose session has ended', async () => {
    const { author, reply } = await scene();
    const [busy, gone, signedOut] = [service.browser(), service.browser(), service.browser()];
    for (const browser of [busy, gone]) await subscribe(author, browser);
    const elsewhere = await plaza.mutate('signIn', { email: author.email, password: author.password }, 'accessToken', undefined);
    await subscribe({ ...author, token: elsewhere.accessToken }, signedOut);
    await plaza.mutate('signOut', { everywhere: false }, 'signedOut', elsewhere.accessToken);
    let failures = 1;
    service.answer = ({ path }, response) =>
      void response.writeHead(path === gone.path ? 410 : path === busy.path && failures-- > 0 ? 503 : 201).end();
    await reply();
    await until(() => service.to(busy).length > 0 && service.to(gone).length > 0);
    const pushes = plaza.connection.collection('push_messages');
    await until(
      async () => (await pushes.countDocuments({ attempts: 1, dueAt: { $gt: new Date() } })) === 1 && (await pushes.countDocuments()) === 1,
    );
    await pushes.updateMany({}, { $set: { dueAt: new Date(0) } });
    await plaza.settle('push messages');
    const [first, second] = service.to(busy);
    expect(second!.payload.id).toBe(first!.payload.id);
    service.answer = (_message, response) => void response.writeHead(201).end();
    const { viewer } = await plaza.data('{ viewer { pushDevices { endpoint } } }', {}, author.token);
    expect(viewer.pushDevices).toEqual([{ endpoint: busy.subscription.endpoint }]);
    expect(service.to(signedOut)).toEqual([]);
  });

  test('go to who signed in last where two people use one browser, and to nobody after unsubscribing', async () => {
    const { author, other, reply } = await scene();
    const browser = service.browser();
    await subscribe(other, browser);
    await subscribe(author, browser);
    await reply();
    await service.next(browser);
    const unsubscribe = ({ token }: Account) =>
      plaza.mutate(
        'unsubscribeFromPush',
        { endpoint: browser.subscription.endpoint },
        'unsubscribed viewer { pushDevices { name } }',
        token,
      );
    expect(await unsubscribe(other)).toMatchObject({ unsubscribed: false });
    expect(await unsubscribe(author)).toMatchObject({ unsubscribed: true, viewer: { pushDevices: [] } });
    await reply(await plaza.account());
    await plaza.settle('push messages');
    expect(service.to(browser)).toHaveLength(1);
  });

  test('burst into one for each browser while it waits, and tell of all', async () => {
    const { author, reply } = await scene();
    const browser = service.browser();
    await subscribe(author, browser);
    await plaza.worker('push messages').stop();
    for (const person of await Promise.all([plaza.account(), plaza.account(), plaza.account()])) await reply(person);
    plaza.worker('push messages').start();
    expect((await service.next(browser)).payload.title).toMatch(/ and 2 others replied to your comment$/);
    await until(async () => (await waiting('push_messages')) === 0);
    expect(service.to(browser)).toHaveLength(1);
  });

  test('are for at most ten browsers, with keys that are keys', async () => {
    const account = await plaza.account();
    const results = await Promise.all(Array.from({ length: 12 }, () => subscribe(account, service.browser())));
    expect(results.filter(({ userErrors }) => userErrors[0]?.code === 'LIMIT_REACHED')).toHaveLength(2);
    const { endpoint, keys } = service.browser().subscription;
    const bad = async (input: object) =>
      (await plaza.mutate('subscribeToPush', input, 'device { endpoint }', account.token)).userErrors.map(
        ({ code, field }: { code: string; field: string[] }) => [code, field.join('.')] as const,
      );
    expect(await bad({ endpoint: 'ftp://push.example/1', keys })).toEqual([['INVALID', 'input.endpoint']]);
    expect(await bad({ endpoint, keys: { p256dh: 'AAAA', auth: 'BBBB' } })).toEqual([
      ['INVALID', 'input.keys.p256dh'],
      ['INVALID', 'input.keys.auth'],
    ]);
  });
});

describe('digests', () => {
  test('tell once of what is unread, in the reader’s language, with a way out in one click', async () => {
    const author = await confirmed();
    const { productId, other } = await scene();
    expect(await prefer(author, { emailDigest: 'HOURLY' }, 'de')).toMatchObject({ emailDigest: 'HOURLY', userErrors: [] });
    const comment = async (account: Account, parentId?: string) =>
      (await plaza.mutate('addComment', { subjectId: productId, body: 'Hello', parentId }, 'comment { id }', account.token)).comment.id;
    const own = await comment(author);
    await comment(other, own);
    await plaza.mutate('followUser', { userId: author.id }, 'user { id }', other.token);
    const { dueAt } = (await plaza.connection.collection('notification_digests').findOne({ _id: storeId(author.id) }))!;
    expect((dueAt as Date).getMinutes()).toBe(0);
    await digestOf(author);
    await digestOf(author);
    const [mail, ...rest] = digestsTo(author);
    expect(rest).toEqual([]);
    expect(mail!.subject).toBe('2 neue Mitteilungen bei The Shop');
    expect(mail!.text).toContain(`Name of ${other.handle} hat auf deinen Kommentar geantwortet`);
    expect(mail!.text).toContain('https://shop.example/products/blue-teapot');
    expect(mail!.text).toContain('<html lang="de">');
    const [, token] = /notifications\/unsubscribe\/([\w.-]+)/.exec(mail!.text)!;
    const url = `${plaza.url}/notifications/unsubscribe/${token}`;
    expect(await (await fetch(url, { headers: { 'accept-language': 'de' } })).text()).toContain('Abbestellen');
    expect((await prefer(author, {}, 'de')).emailDigest).toBe('HOURLY');
    expect((await fetch(`${url}x`, { method: 'POST' })).status).toBe(404);
    const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
    expect((await fetch(url, { method: 'POST', body })).status).toBe(200);
    expect((await prefer(author, {}, 'de')).emailDigest).toBe('NEVER');
    await comment(other, own);
    expect(await plaza.connection.collection('notification_digests').countDocuments({ _id: storeId(author.id) })).toBe(0);
  });

  test('leave out what was read, deleted or switched off since, and are not sent for nothing', async () => {
    const author = await confirmed();
    const { productId, other } = await scene();
    await prefer(author, { emailDigest: 'DAILY', preferences: [{ kind: 'MENTIONED', email: false }] });
    const comment = async (account: Account, body: string, parentId?: string) =>
      (await plaza.mutate('addComment', { subjectId: productId, body, parentId }, 'comment { id }', account.token)).comment.id;
    const own = await comment(author, 'Hello');
    await comment(other, `@${author.handle}`);
    await comment(other, 'A reply', own);
    await plaza.mutate('markNotificationsRead', {}, 'unreadNotificationCount', author.token);
    await digestOf(author);
    expect(digestsTo(author)).toEqual([]);
    await plaza.mutate('reactToComment', { commentId: own, reaction: 'LOVE' }, 'comment { id }', other.token);
    await plaza.mutate('deleteComment', { commentId: own }, 'deletedCommentId', author.token);
    await digestOf(author);
    expect(digestsTo(author).length).toBeLessThanOrEqual(1);
    const unconfirmed = await plaza.account();
    await prefer(unconfirmed, { emailDigest: 'DAILY' });
    await plaza.mutate('followUser', { userId: unconfirmed.id }, 'user { id }', other.token);
    await digestOf(unconfirmed);
    expect(digestsTo(unconfirmed)).toEqual([]);
  });

  test('of one user are sent once, however many workers look', async () => {
    const author = await confirmed();
    await prefer(author, { emailDigest: 'DAILY' });
    for (const follower of await Promise.all([plaza.account(), plaza.account()]))
      await plaza.mutate('followUser', { userId: author.id }, 'user { id }', follower.token);
    const { outgoing_mail: before = 0 } = { outgoing_mail: smtp.received.length };
    await Promise.all(Array.from({ length: 5 }, () => digestOf(author)));
    await until(() => digestsTo(author).length > 0);
    await plaza.settle('mail');
    expect(digestsTo(author)).toHaveLength(1);
    expect(smtp.received.length).toBe(before + 1);
  });
});

test('an erasure takes devices, what waits for them and digests; an export has the devices without their keys', async () => {
  const { author, reply } = await scene();
  const browser = service.browser();
  await subscribe(author, browser);
  await prefer(author, { emailDigest: 'DAILY' });
  await plaza.worker('push messages').stop();
  await reply();
  const { exportMyData } = await plaza.data('{ exportMyData }', {}, author.token);
  expect(exportMyData.pushDevices).toMatchObject([{ endpoint: browser.subscription.endpoint }]);
  expect(JSON.stringify(exportMyData)).not.toContain(browser.subscription.keys.auth);
  await plaza.mutate('eraseMe', { confirm: true, password: author.password }, 'erased', author.token);
  const user = storeId(author.id);
  const left = async () =>
    Promise.all([
      ...['push_devices', 'push_messages'].map((name) => plaza.connection.collection(name).countDocuments({ user })),
      ...['notification_digests', 'notification_preferences'].map((name) =>
        plaza.connection.collection(name).countDocuments({ _id: user }),
      ),
    ]);
  await until(async () => (await left()).every((count) => count === 0));
  plaza.worker('push messages').start();
  await plaza.settle('push messages');
  expect(service.to(browser)).toEqual([]);
});

test('the shop’s key is made at the first start and stays', async () => {
  const file = join(plaza.dataDirectory, 'vapid-key');
  const before = readFileSync(file, 'utf8');
  await plaza.app.close();
  await plaza.start(environment());
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect((await plaza.data('{ viewer { pushKey } }')).viewer.pushKey).toBe(pushKey);
});

/** What a process leaves that dies in the middle: claimed, and nothing heard of it. */
const lostProcess = (collection: string) => plaza.connection.collection(collection).updateMany({}, { $set: { dueAt: new Date(0) } });

test('a push message whose sender died before it heard an answer is sent again under the same id, which a browser shows once', async () => {
  const { author, reply } = await scene();
  const browser = service.browser();
  await subscribe(author, browser);
  // The connection is cut once the service has the message, so that nobody knows that it was taken.
  service.answer = (_message, response) => void response.destroy();
  await reply();
  const first = await service.next(browser);
  service.answer = (_message, response) => void response.writeHead(201).end();
  await plaza.settle('push messages');
  await lostProcess('push_messages');
  await plaza.settle('push messages');
  const again = await service.next(browser, 2);
  expect([again.payload.id, again.headers['topic']]).toEqual([first.payload.id, first.headers['topic']]);
  expect(await waiting('push_messages')).toBe(0);
});

test('a digest whose sender died before the server took it is sent, and one that may have been taken is not sent again', async () => {
  const mails = plaza.connection.collection('outgoing_mail');
  const stages: Record<string, boolean> = {};
  const [reader, first, second] = [await confirmed(), await plaza.account(), await plaza.account()];
  await prefer(reader, { emailDigest: 'HOURLY' });
  await until(async () => (await mails.countDocuments()) === 0);
  smtp.onStage = async (stage) => void (stages[stage] ??= (await mails.findOne({}))?.['handedAt'] != null);
  await plaza.worker('mail').stop();
  await plaza.mutate('followUser', { userId: reader.id }, 'user { id }', first.token);
  await plaza.connection.collection('notification_digests').updateMany({}, { $set: { dueAt: new Date(0) } });
  await plaza.settle('digests');
  // Claimed by a process that died before the server agreed to take the mail.
  await mails.updateMany({}, { $set: { attempts: 1 } });
  await lostProcess('outgoing_mail');
  plaza.worker('mail').start();
  await until(() => digestsTo(reader).length === 1);
  await plaza.settle('mail');
  expect(stages).toEqual({ envelope: false, data: true });
  smtp.onStage = async () => {};
  await plaza.worker('mail').stop();
  await plaza.mutate('followUser', { userId: reader.id }, 'user { id }', second.token);
  await plaza.connection.collection('notification_digests').updateMany({}, { $set: { dueAt: new Date(0) } });
  await plaza.settle('digests');
  await mails.updateMany({ kind: 'notification digest' }, { $set: { attempts: 1, handedAt: new Date(), dueAt: new Date(0) } });
  plaza.worker('mail').start();
  await until(async () => (await mails.countDocuments({ kind: 'notification digest' })) === 0);
  expect(digestsTo(reader)).toHaveLength(1);
});
