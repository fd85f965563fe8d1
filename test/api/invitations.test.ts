import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestMailServer } from '../support/mail.js';
import { Plaza, storeId, type Account } from '../support/plaza.js';
import { until } from '../support/until.js';

const server = new TestMailServer();
const plaza = new Plaza();

const start = (environment: Record<string, string> = {}) =>
  plaza.start({
    ...{ SMTP_URL: `smtp://127.0.0.1:${server.port}`, SHOP_NAME: 'The Shop', INVITATION_DELAY: '0', INVITATION_QUIET_HOURS: '0-0' },
    ...{ WEBHOOK_ALLOW_PRIVATE: 'true', ...environment },
  });

async function restart(environment: Record<string, string>): Promise<void> {
  await plaza.app.close();
  await start(environment);
}

beforeAll(async () => {
  await server.start();
  await start();
});

afterAll(async () => {
  await plaza.stop();
  await server.stop();
});

const invitations = () => plaza.connection.collection('review_invitations');
const subject = 'How do you like your order from The Shop?';
const mailsTo = (email: string, about = subject) => server.received.filter((mail) => mail.to === email && mail.subject === about);

/** Someone whose address is known to be theirs. */
async function customer(): Promise<Account> {
  const account = await plaza.account();
  await plaza.connection.collection('users').updateOne({ _id: storeId(account.id) }, { $set: { emailConfirmedAt: new Date() } });
  return account;
}

async function order({ token }: Account, merchant: Account, productIds: string[]): Promise<string> {
  const items = productIds.map((productId) => ({ productId }));
  const { order } = await plaza.mutate('placeOrder', { items }, 'order { id }', token);
  for (const status of ['PAID', 'SHIPPED', 'DELIVERED'])
    await plaza.mutate('updateOrderStatus', { orderId: order.id, status }, 'order { id }', merchant.token);
  return order.id;
}

/** A product that a customer has received, and the links of the mail that came. */
async function invited(count = 1) {
  const merchant = await plaza.account({ merchant: true });
  const buyer = await customer();
  const productIds: string[] = [];
  for (let at = 0; at < count; at++) productIds.push(await plaza.product(merchant));
  const orderId = await order(buyer, merchant, productIds);
  await plaza.settle('invitations');
  await plaza.settle('mail');
  await until(() => mailsTo(buyer.email).length > 0);
  const mail = mailsTo(buyer.email)[0]!;
  const tokens = [...new Set([...mail.text.matchAll(/\/review\/([0-9a-f]{24}\.[\w-]{43})/g)].map(([, token]) => token!))];
  const unsubscribe = /\/review\/unsubscribe\/([\w.-]+)/.exec(mail.text)![1]!;
  return { merchant, buyer, productIds, productId: productIds[0]!, orderId, mail, tokens, token: tokens[0]!, unsubscribe };
}

const review = (productId: string, invitation: string, token?: string) =>
  plaza.mutate(
    'createReview',
    { productId, invitation, ratings: { quality: 5, price: 4, service: 3 }, body: 'Pours well.' },
    'review { id verifiedPurchase author { id } }',
    token,
  );

async function statuses({ token }: Account): Promise<string[]> {
  const query = '{ reviewInvitations { edges { node { status } } } }';
  return (await plaza.data(query, {}, token)).reviewInvitations.edges.map(({ node }: { node: { status: string } }) => node.status);
}

/** A digit whose last bits alone differ, which the bytes that it stands for do not hold. */
function nextDigit(digit: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return digits[digits.indexOf(digit) ^ 1]!;
}

const post = (path: string, form: Record<string, string>) =>
  fetch(`${plaza.url}${path}`, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });

describe('a delivered order', () => {
  test('invites its buyer by one mail, with a link for each of its products and a way out', async () => {
    const { tokens, mail, merchant } = await invited(2);
    expect(tokens).toHaveLength(2);
    expect(mail.text).toMatch(/^List-Unsubscribe:\s+<http/m);
    expect(mail.text).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click$/m);
    expect(await statuses(merchant)).toEqual(['SENT', 'SENT']);
  });

  test('invites once, however many look for what is due, and however often they do', async () => {
    const { buyer, orderId } = await invited();
    await invitations().updateMany({ order: storeId(orderId) }, { $set: { dueAt: new Date(), status: 'WAITING' } });
    await Promise.all(Array.from({ length: 5 }, () => plaza.settle('invitations')));
    await plaza.settle('mail');
    await until(() => mailsTo(buyer.email).length === 2);
    await plaza.settle('invitations');
    await plaza.settle('mail');
    expect(mailsTo(buyer.email)).toHaveLength(2);
    expect(await invitations().countDocuments({ order: storeId(orderId) })).toBe(1);
  });

  test('invites nobody whose address is not confirmed', async () => {
    const [merchant, buyer] = [await plaza.account({ merchant: true }), await plaza.account()];
    await order(buyer, merchant, [await plaza.product(merchant)]);
    await plaza.settle('invitations');
    expect(await statuses(merchant)).toEqual(['NOT_SENT']);
  });

  test('asks nobody for a second review of what they buy again, and for reviews of what is new to them', async () => {
    const { merchant, buyer, productId, token } = await invited();
    await review(productId, token);
    await order(buyer, merchant, [productId]);
    await plaza.settle('invitations');
    expect((await statuses(merchant)).sort()).toEqual(['NOT_SENT', 'REVIEWED']);
    await order(buyer, merchant, [productId, await plaza.product(merchant)]);
    await plaza.settle('invitations');
    await plaza.settle('mail');
    await until(() => mailsTo(buyer.email).length === 2);
    expect(new Set(mailsTo(buyer.email)[1]!.text.match(/\/review\/[0-9a-f]{24}/g)).size).toBe(1);
    expect((await statuses(merchant)).sort()).toEqual(['NOT_SENT', 'NOT_SENT', 'REVIEWED', 'SENT']);
  });

  test('has a reminder, once, unless the customer has reviewed', async () => {
    const [late, quick] = [await invited(), await invited()];
    await review(quick.productId, quick.token);
    const dueAgain = { order: { $in: [storeId(late.orderId), storeId(quick.orderId)] }, remindAt: { $ne: null } };
    await invitations().updateMany(dueAgain, { $set: { remindAt: new Date() } });
    await plaza.settle('invitations');
    await plaza.settle('mail');
    const reminder = 'A reminder: how do you like your order from The Shop?';
    await until(() => mailsTo(late.buyer.email, reminder).length === 1);
    expect(mailsTo(quick.buyer.email, reminder)).toEqual([]);
    expect(await invitations().countDocuments({ order: storeId(late.orderId), remindAt: null, remindedAt: { $ne: null } })).toBe(1);
  });
});

describe('the link', () => {
  test('lets the customer review without a session, as a verified purchase, once', async () => {
    const { productId, token, buyer, merchant } = await invited();
    const first = await review(productId, token);
    expect(first).toMatchObject({ userErrors: [], review: { verifiedPurchase: true, author: { id: buyer.id } } });
    expect((await review(productId, token)).userErrors).toMatchObject([{ code: 'INVITATION_USED', field: ['input', 'invitation'] }]);
    expect(await statuses(merchant)).toEqual(['REVIEWED']);
  });

  test('is used up once when many use it at the same time', async () => {
    const { productId, token } = await invited();
    const answers = await Promise.all(Array.from({ length: 10 }, () => review(productId, token)));
    expect(answers.filter(({ review }) => review)).toHaveLength(1);
    expect(new Set(answers.flatMap(({ userErrors }) => userErrors.map(({ code }: { code: string }) => code)))).toEqual(
      new Set(['INVITATION_USED']),
    );
  });

  test('is refused when it is forged, of another product, too old, or its order was cancelled', async () => {
    const { productId, token, merchant } = await invited();
    const code = async (product: string, invitation: string) => (await review(product, invitation)).userErrors[0].code;
    const [id, signature] = token.split('.') as [string, string];
    const other = `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`;
    for (const forged of [
      '',
      'x',
      `${id}.`,
      `${other}.${signature}`,
      `${id}.${signature.slice(0, -2)}AA`,
      `${id}.${signature}.x`,
      `${id}.${signature.slice(0, -1)}${nextDigit(signature.at(-1)!)}`,
      'ä'.repeat(5000),
    ])
      if (forged !== '') expect(await code(productId, forged)).toBe('INVITATION_INVALID');
    expect(await code(await plaza.product(merchant), token)).toBe('INVITATION_INVALID');
    await invitations().updateMany({}, { $set: { expiresAt: new Date(Date.now() - 1000) } });
    expect(await code(productId, token)).toBe('INVITATION_EXPIRED');
    const [cancelled] = [await invited()];
    await invitations().updateOne({ order: storeId(cancelled.orderId) }, { $set: { status: 'CANCELLED' } });
    expect(await code(cancelled.productId, cancelled.token)).toBe('INVITATION_INVALID');
  });

  test('without it, a session is required as ever', async () => {
    const { productId } = await invited();
    const input = { productId, ratings: { quality: 5, price: 4, service: 3 }, body: 'Pours well.' };
    const query = 'mutation ($input: CreateReviewInput!) { createReview(input: $input) { review { id } } }';
    expect((await plaza.query(query, { input })).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('is shown to administrators alone', async () => {
    const { merchant, token } = await invited();
    const admin = await plaza.account({ role: 'ADMIN' });
    const { reviewInvitations } = await plaza.data('{ reviewInvitations { edges { node { id url } } } }', {}, merchant.token);
    const { id, url } = reviewInvitations.edges[0].node;
    expect(url).toBeNull();
    const query = 'query ($id: ID!) { node(id: $id) { ... on ReviewInvitation { url } } }';
    expect((await plaza.data(query, { id }, admin.token)).node.url).toContain(token);
    expect((await plaza.data(query, { id }, (await plaza.account()).token)).node).toBeNull();
  });
});

describe('the page behind the link', () => {
  test('shows the product, takes a review without a script, and says what is wrong with one', async () => {
    const { token, productId, merchant } = await invited();
    const page = await fetch(`${plaza.url}/review/${token}`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self'");
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(await page.text()).toContain('How do you like Blue teapot?');
    expect(await statuses(merchant)).toEqual(['OPENED']);
    const incomplete = await post(`/review/${token}`, { quality: '5', price: '9', service: '5', body: '<b>Fine</b>' });
    expect(incomplete.status).toBe(422);
    const text = await incomplete.text();
    expect(text).toContain('role="alert"');
    expect(text).toContain('&lt;b&gt;Fine&lt;/b&gt;');
    const sent = await post(`/review/${token}`, { quality: '5', price: '4', service: '5', title: 'Good', body: 'Pours well.' });
    expect(await sent.text()).toContain('Your review is published.');
    const query = 'query ($id: ID!) { product(id: $id) { reviews { edges { node { title verifiedPurchase } } } } }';
    expect((await plaza.data(query, { id: productId })).product.reviews.edges).toEqual([
      { node: { title: 'Good', verifiedPurchase: true } },
    ]);
    const again = await fetch(`${plaza.url}/review/${token}`, { headers: { 'accept-language': 'de' } });
    expect(again.status).toBe(410);
    expect(await again.text()).toContain('Diese Einladung wurde schon benutzt.');
  });

  test.each([
    ['de', 'Wie gefällt dir Blue teapot?', 'Preis-Leistung: Wähle 1 bis 5 Sterne.', 'Keine Einladungen mehr?'],
    ['es-MX', '¿Qué te parece Blue teapot?', 'Relación calidad-precio: elige de 1 a 5 estrellas.', '¿No más invitaciones?'],
    ['zh-CN', '你觉得Blue teapot怎么样？', '性价比：请选择 1 到 5 星。', '不再接收邀请？'],
  ])('speaks the language of the browser: %s', async (language, question, problem, leave) => {
    const { token, unsubscribe } = await invited();
    const read = async (path: string, form?: Record<string, string>) => {
      const body = form && new URLSearchParams(form);
      const response = await fetch(`${plaza.url}${path}`, {
        headers: { 'accept-language': language },
        ...(body && { method: 'POST', body }),
      });
      return response.text();
    };
    const page = await read(`/review/${token}`);
    expect(page).toContain(question);
    expect(page).toContain(`<html lang="${language.slice(0, 2)}">`);
    expect(await read(`/review/${token}`, { quality: '5', price: '9', service: '5', body: 'x' })).toContain(problem);
    expect(await read(`/review/unsubscribe/${unsubscribe}`)).toContain(leave);
    expect(await read(`/review/${token}`, { quality: '5', price: '4', service: '5', body: 'Pours well.' })).not.toContain('Thank you');
  });

  test('is none for a forged link', async () => {
    expect((await fetch(`${plaza.url}/review/${'0'.repeat(24)}.${'A'.repeat(43)}`)).status).toBe(410);
    expect((await fetch(`${plaza.url}/review/unsubscribe/x`)).status).toBe(404);
  });
});

describe('who unsubscribes', () => {
  test('does so by one request of the mail program, and is invited no more', async () => {
    const { unsubscribe, buyer, merchant } = await invited();
    expect(await (await fetch(`${plaza.url}/review/unsubscribe/${unsubscribe}`)).text()).toContain('<form');
    const done = await post(`/review/unsubscribe/${unsubscribe}`, { 'List-Unsubscribe': 'One-Click' });
    expect(done.status).toBe(200);
    await order(buyer, merchant, [await plaza.product(merchant)]);
    await plaza.settle('invitations');
    await plaza.settle('mail');
    expect(await statuses(merchant)).toContain('NOT_SENT');
    expect(mailsTo(buyer.email)).toHaveLength(1);
    expect(JSON.stringify(await plaza.connection.collection('invitation_unsubscribed').find().toArray())).not.toContain(buyer.email);
  });

  test.each([
    [
      'whose account is gone by then',
      (buyer: Account) => plaza.mutate('eraseMe', { confirm: true, password: buyer.password }, 'erased', buyer.token),
    ],
    [
      'whose account has another address by then',
      async (buyer: Account) => {
        const other = await plaza.connection.collection('users').findOne({ _id: storeId((await customer()).id) });
        await plaza.connection.collection('users').updateOne({ _id: storeId(buyer.id) }, { $set: { sealedEmail: other!['sealedEmail'] } });
        await plaza.connection.collection('user_claims').deleteMany({ user: storeId(buyer.id), _id: /^email:/ });
      },
    ],
  ])('is invited no more at the address that the email came to, %s', async (_case, change) => {
    const { unsubscribe, buyer, merchant } = await invited();
    await change(buyer);
    await plaza.settle('erasures');
    expect((await post(`/review/unsubscribe/${unsubscribe}`, {})).status).toBe(200);
    const { email } = buyer;
    const again = await plaza.signUp({ email });
    await plaza.connection.collection('users').updateOne({ _id: storeId(again.id) }, { $set: { emailConfirmedAt: new Date() } });
    await order(again, merchant, [await plaza.product(merchant)]);
    await plaza.settle('invitations');
    await plaza.settle('mail');
    expect(mailsTo(email)).toHaveLength(1);
  });
});

test('changed settings hold for what waits: nothing is sent once invitations are off, and no reminder once there are none', async () => {
  const reminded = await invited();
  await restart({ INVITATION_DELAY: '1h' });
  const buyer = await customer();
  const orderId = storeId(await order(buyer, reminded.merchant, [await plaza.product(reminded.merchant)]));
  const settled = async () => {
    for (const worker of ['invitations', 'mail']) await plaza.settle(worker);
  };
  await restart({ INVITATIONS: 'false' });
  await invitations().updateOne({ order: orderId }, { $set: { dueAt: new Date() } });
  await settled();
  expect(mailsTo(buyer.email)).toEqual([]);
  await restart({ INVITATION_REMINDER: '0' });
  await invitations().updateOne({ order: storeId(reminded.orderId) }, { $set: { remindAt: new Date() } });
  await settled();
  await until(() => mailsTo(buyer.email).length === 1);
  expect(server.received.filter(({ to }) => to === reminded.buyer.email)).toHaveLength(1);
  await restart({});
});

test('once invitations are on again, what became due within a week is sent and what is older is not, also in quiet hours', async () => {
  const day = 24 * 60 * 60 * 1000;
  const [reminded, remindedLate] = [await invited(), await invited()];
  await restart({ INVITATION_DELAY: '1h' });
  const { merchant } = reminded;
  const product = await plaza.product(merchant);
  const [recent, late] = [await customer(), await customer()];
  const orders = { recent: storeId(await order(recent, merchant, [product])), late: storeId(await order(late, merchant, [product])) };
  await restart({ INVITATIONS: 'false' });
  const waited = (id: unknown, field: string, days: number) =>
    invitations().updateOne({ order: id }, { $set: { [field]: new Date(Date.now() - days * day) } });
  await waited(orders.recent, 'dueAt', 6);
  await waited(orders.late, 'dueAt', 8);
  await waited(storeId(reminded.orderId), 'remindAt', 6);
  await waited(storeId(remindedLate.orderId), 'remindAt', 8);
  const hour = new Date().getUTCHours();
  await restart({ INVITATION_QUIET_HOURS: `${hour}-${(hour + 2) % 24}` });
  await plaza.settle('invitations');
  await restart({});
  const mine = { $in: [...Object.values(orders), storeId(reminded.orderId), storeId(remindedLate.orderId)] };
  for (const field of ['dueAt', 'remindAt'])
    await invitations().updateMany({ order: mine, [field]: { $ne: null } }, { $set: { [field]: new Date() } });
  await plaza.settle('invitations');
  await plaza.settle('mail');
  const reminder = 'A reminder: how do you like your order from The Shop?';
  await until(() => mailsTo(recent.email).length === 1 && mailsTo(reminded.buyer.email, reminder).length === 1);
  expect(await invitations().findOne({ order: orders.late })).toMatchObject({ status: 'NOT_SENT', dueAt: null });
  expect(await invitations().findOne({ order: storeId(remindedLate.orderId) })).toMatchObject({
    status: 'SENT',
    remindAt: null,
    remindedAt: null,
  });
  expect([...mailsTo(late.email), ...mailsTo(remindedLate.buyer.email, reminder)]).toEqual([]);
});

const mailsAreDue = () =>
  plaza.connection.collection('outgoing_mail').updateMany({ kind: 'review invitation' }, { $set: { dueAt: new Date() } });

/** Has the invitations that wait for the mail server tried now. */
async function tryMailsAgain(): Promise<void> {
  await mailsAreDue();
  await plaza.settle('mail');
}

test('a mail that waits for the mail server is not sent in quiet hours, but when they are over', async () => {
  const merchant = await plaza.account({ merchant: true });
  const buyer = await customer();
  server.refusals = 1000;
  await order(buyer, merchant, [await plaza.product(merchant)]);
  await plaza.settle('invitations');
  await plaza.settle('mail');
  server.refusals = 0;
  const hour = new Date().getUTCHours();
  await restart({ INVITATION_QUIET_HOURS: `${hour}-${(hour + 2) % 24}` });
  await tryMailsAgain();
  expect(mailsTo(buyer.email)).toEqual([]);
  await restart({});
  await tryMailsAgain();
  await until(() => mailsTo(buyer.email).length === 1);
});

test('a mail that waits for the mail server waits while invitations are off, and is sent once they are on again', async () => {
  const [merchant, buyer] = [await plaza.account({ merchant: true }), await customer()];
  server.refusals = 1000;
  await order(buyer, merchant, [await plaza.product(merchant)]);
  await plaza.settle('invitations');
  await plaza.settle('mail');
  server.refusals = 0;
  await restart({ INVITATIONS: 'false' });
  await tryMailsAgain();
  expect(mailsTo(buyer.email)).toEqual([]);
  await restart({});
  await tryMailsAgain();
  await until(() => mailsTo(buyer.email).length === 1);
});

test('a mail names no product that was taken out of the shop, and is not sent for such alone', async () => {
  const merchant = await plaza.account({ merchant: true });
  const [some, none] = [await customer(), await customer()];
  const products = [await plaza.product(merchant), await plaza.product(merchant)];
  server.refusals = 1000;
  await order(some, merchant, products);
  await order(none, merchant, [products[0]!]);
  await plaza.settle('invitations');
  await plaza.settle('mail');
  await plaza.mutate('archiveProduct', { productId: products[0] }, 'product { id }', merchant.token);
  server.refusals = 0;
  await plaza.connection.collection('outgoing_mail').updateMany({}, { $set: { dueAt: new Date(), handedAt: null } });
  await plaza.settle('mail');
  await until(() => mailsTo(some.email).length === 1);
  expect(new Set(mailsTo(some.email)[0]!.text.match(/\/review\/[0-9a-f]{24}/g)).size).toBe(1);
  expect(mailsTo(none.email)).toEqual([]);
});

describe('orders of another system', () => {
  /** Someone with an address there, or with none, and what they ordered. */
  async function ordered(source: string, email: string | null) {
    const admin = await plaza.account({ role: 'ADMIN' });
    const write = (name: string, more: object) => plaza.mutate(name, { source, ...more }, 'results { userErrors { code } }', admin.token);
    await write('upsertUsers', { users: [{ externalId: 'customer', name: 'Zoë', email }] });
    const merchant = await plaza.account({ merchant: true });
    const price = { amountMinor: 100, currency: 'EUR' };
    await write('upsertProducts', { merchantId: merchant.id, products: [{ externalId: 'pot', title: 'Pot', price }] });
    const change = (status: string) =>
      write('upsertOrders', {
        orders: [{ externalId: '1', customerExternalId: 'customer', status, items: [{ productExternalId: 'pot', quantity: 1 }] }],
      });
    await change('DELIVERED');
    await plaza.settle('invitations');
    await plaza.settle('mail');
    const query = '{ reviewInvitations { edges { node { id status product { id } } } } }';
    const [{ node }] = (await plaza.data(query, {}, merchant.token)).reviewInvitations.edges;
    return { admin, change, invitation: node };
  }

  test('a link that was not sent is good for nothing either once the order is cancelled', async () => {
    const { admin, change, invitation } = await ordered('first-shop', null);
    expect(invitation.status).toBe('NOT_SENT');
    const query = 'query ($id: ID!) { node(id: $id) { ... on ReviewInvitation { status url } } }';
    const { url } = (await plaza.data(query, { id: invitation.id }, admin.token)).node;
    await change('CANCELLED');
    expect((await plaza.data(query, { id: invitation.id }, admin.token)).node.status).toBe('CANCELLED');
    expect((await review(invitation.product.id, url.split('/').at(-1))).userErrors).toMatchObject([{ code: 'INVITATION_INVALID' }]);
  });

  test('who unsubscribed has, however another shop writes the address', async () => {
    const email = 'zoë.unsubscribed@example.org';
    expect((await ordered('one-shop', email)).invitation.status).toBe('SENT');
    await until(() => server.received.some(({ text }) => text.includes('zo') && text.includes('Pot')));
    const mail = server.received.findLast(({ text }) => text.includes('Pot'))!;
    await post(`/review/unsubscribe/${/\/review\/unsubscribe\/([\w.-]+)/.exec(mail.text)![1]!}`, {});
    expect((await ordered('other-shop', email.normalize('NFD').toUpperCase())).invitation.status).toBe('NOT_SENT');
  });
});

test('a link works for sixty days from the last mail that it came with', async () => {
  const { orderId, buyer, productId, token } = await invited();
  const day = 24 * 60 * 60 * 1000;
  const soon = new Date(Date.now() + day);
  await invitations().updateOne({ order: storeId(orderId) }, { $set: { remindAt: new Date(), expiresAt: soon } });
  await plaza.settle('invitations');
  await plaza.settle('mail');
  await until(() => server.received.filter(({ to }) => to === buyer.email).length === 2);
  const { expiresAt } = (await invitations().findOne({ order: storeId(orderId) }))!;
  expect(expiresAt.getTime()).toBeGreaterThan(Date.now() + 59 * day);
  expect((await review(productId, token)).userErrors).toEqual([]);
});

test('a mail that a process may have sent before it ended is not sent again', async () => {
  const { buyer } = await invited();
  const mails = plaza.connection.collection('outgoing_mail');
  server.refusals = 1000;
  const merchant = await plaza.account({ merchant: true });
  await order(buyer, merchant, [await plaza.product(merchant)]);
  await plaza.settle('invitations');
  await until(async () => (await mails.countDocuments({ kind: 'review invitation', handedAt: { $type: 'null' } })) === 1);
  await mails.updateMany({ kind: 'review invitation' }, { $set: { handedAt: new Date(), dueAt: new Date() } });
  await plaza.settle('mail');
  expect(await mails.countDocuments({ kind: 'review invitation' })).toBe(0);
  server.refusals = 0;
  expect(mailsTo(buyer.email)).toHaveLength(1);
});

test('a mail whose server takes so long that somebody else sends it comes once', async () => {
  const [merchant, buyers] = [await plaza.account({ merchant: true }), [await customer(), await customer()]];
  const product = await plaza.product(merchant);
  server.refusals = 1000;
  for (const buyer of buyers) await order(buyer, merchant, [product]);
  await plaza.settle('invitations');
  await plaza.settle('mail');
  server.refusals = 0;
  const held: (() => void)[] = [];
  server.onStage = async (stage) => {
    if (stage === 'envelope' && held.length < buyers.length) await new Promise<void>((release) => held.push(release));
  };
  await mailsAreDue();
  const sending = plaza.settle('mail');
  await until(() => held.length === buyers.length);
  // Their leases end. Whoever has sent one takes the other, which is still held.
  await mailsAreDue();
  held[1]!();
  const arrived = () => buyers.map(({ email }) => mailsTo(email).length);
  await until(() => arrived().every((count) => count === 1));
  held[0]!();
  await sending;
  await plaza.settle('mail');
  expect(arrived()).toEqual([1, 1]);
});

test('an erased buyer’s invitations are gone', async () => {
  const { buyer, token, productId } = await invited();
  await plaza.mutate('eraseMe', { confirm: true, password: buyer.password }, 'erased', buyer.token);
  await plaza.settle('erasures');
  expect(await invitations().countDocuments({ buyer: storeId(buyer.id) })).toBe(0);
  expect((await review(productId, token)).userErrors).toMatchObject([{ code: 'INVITATION_INVALID' }]);
});
