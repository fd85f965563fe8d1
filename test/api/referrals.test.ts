import { describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();

async function scene() {
  const merchant = await plaza.account({ merchant: true });
  const [sender, recipient] = await Promise.all([plaza.account(), plaza.account()]);
  return { merchant, sender, recipient, productId: await plaza.product(merchant) };
}

function refer(sender: Account, productId: string, recipients: Account[]) {
  return plaza.mutate(
    'referProduct',
    { productId, toUserIds: recipients.map(({ id }) => id), message: 'You will like it' },
    'referrals { id status recipient { handle } }',
    sender.token,
  );
}

async function received(recipient: Account) {
  const query = '{ viewer { referrals { edges { node { id status message sender { handle } product { id } } } } } }';
  return (await plaza.data(query, {}, recipient.token)).viewer.referrals.edges.map(({ node }: { node: object }) => node);
}

async function sent(sender: Account) {
  const query = '{ viewer { sentReferrals { edges { node { status recipient { handle } } } } } }';
  return (await plaza.data(query, {}, sender.token)).viewer.sentReferrals.edges.map(({ node }: { node: object }) => node);
}

function respond(recipient: Account, referralId: string, response: string) {
  return plaza.mutate('respondToReferral', { referralId, response }, 'referral { status }', recipient.token);
}

describe('a referral', () => {
  test('reaches its recipients, who are told', async () => {
    const { sender, recipient, productId } = await scene();
    const live = await plaza.subscribe(
      'subscription { notificationReceived { notification { kind actors { handle } subject { ... on Referral { message } } } } }',
      {},
      recipient.token,
    );
    const { referrals } = await refer(sender, productId, [recipient]);
    expect(referrals).toMatchObject([{ status: 'SENT', recipient: { handle: recipient.handle } }]);
    expect(await received(recipient)).toMatchObject([
      { status: 'SENT', message: 'You will like it', sender: { handle: sender.handle }, product: { id: productId } },
    ]);
    expect((await live.next()).data.notificationReceived.notification).toEqual({
      kind: 'PRODUCT_REFERRED',
      actors: [{ handle: sender.handle }],
      subject: { message: 'You will like it' },
    });
  });

  test('shows its sender what became of it, up to the purchase', async () => {
    const { sender, recipient, productId } = await scene();
    const { referrals } = await refer(sender, productId, [recipient]);
    expect((await respond(recipient, referrals[0].id, 'SEEN')).referral.status).toBe('SEEN');
    expect((await respond(recipient, referrals[0].id, 'OPENED')).referral.status).toBe('OPENED');
    expect((await respond(recipient, referrals[0].id, 'SEEN')).referral.status).toBe('OPENED');
    expect((await respond(recipient, referrals[0].id, 'DISMISSED')).referral.status).toBe('DISMISSED');
    await plaza.mutate('placeOrder', { items: [{ productId }] }, 'order { id }', recipient.token);
    expect(await sent(sender)).toEqual([{ status: 'BOUGHT', recipient: { handle: recipient.handle } }]);
    expect((await respond(recipient, referrals[0].id, 'DISMISSED')).referral.status).toBe('BOUGHT');
    const { viewer } = await plaza.data('{ viewer { notifications { edges { node { kind } } } } }', {}, sender.token);
    expect(viewer.notifications.edges).toEqual([{ node: { kind: 'REFERRAL_BOUGHT' } }]);
  });

  test('is one for each pair and product, however often and by however many requests it is sent', async () => {
    const { sender, recipient, productId } = await scene();
    const other = await plaza.account();
    await Promise.all(Array.from({ length: 20 }, () => refer(sender, productId, [recipient])));
    await refer(sender, productId, [recipient, other, other]);
    expect(await sent(sender)).toHaveLength(2);
    expect(await received(recipient)).toHaveLength(1);
    expect(await received(other)).toHaveLength(1);
  });

  test('goes to nobody where one of its recipients cannot have it', async () => {
    const { sender, recipient, productId } = await scene();
    const blocker = await plaza.account();
    await plaza.mutate('blockUser', { userId: sender.id }, 'user { id }', blocker.token);
    const gone = { ...recipient, id: Buffer.from(`User:${'0'.repeat(24)}`).toString('base64url') };
    const { referrals, userErrors } = await refer(sender, productId, [recipient, blocker, sender, gone]);
    expect(referrals).toBeNull();
    expect(userErrors.map(({ code, field }: { code: string; field: string[] }) => [code, field.join('.')])).toEqual([
      ['NOT_FOUND', 'input.toUserIds.1'],
      ['NOT_ALLOWED', 'input.toUserIds.2'],
      ['NOT_FOUND', 'input.toUserIds.3'],
    ]);
    expect(await received(recipient)).toEqual([]);
  });

  test('is seen by its two people only, and answered by its recipient only', async () => {
    const { merchant, sender, recipient, productId } = await scene();
    const { referrals } = await refer(sender, productId, [recipient]);
    const see = async ({ token }: Account) =>
      (await plaza.data('query ($id: ID!) { node(id: $id) { id } }', { id: referrals[0].id }, token)).node;
    expect([await see(sender), await see(recipient), await see(merchant)]).toEqual([
      { id: referrals[0].id },
      { id: referrals[0].id },
      null,
    ]);
    for (const account of [sender, merchant])
      expect((await respond(account, referrals[0].id, 'SEEN')).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});

describe('feedback to a merchant', () => {
  function send(sender: Account, merchant: Account, kind: string, productId?: string) {
    return plaza.mutate(
      'sendMerchantFeedback',
      { merchantId: merchant.id, kind, body: 'A lid would be good', productId },
      'feedback { id kind }',
      sender.token,
    );
  }

  test('comes to the merchant, counted by kind and by product, and the answer comes back', async () => {
    const { merchant, sender, recipient, productId } = await scene();
    await Promise.all([
      send(sender, merchant, 'NEED', productId),
      send(recipient, merchant, 'NEED', productId),
      send(recipient, merchant, 'PRAISE'),
    ]);
    const query = `{ merchantFeedback(filter: { kind: NEED, answered: false }) { edges { node { id body sender { handle } product { id } } } }
      merchantFeedbackSummary { totalCount byKind { kind count } byProduct { edges { feedbackCount node { id } byKind { kind count } } } } }`;
    const { merchantFeedback, merchantFeedbackSummary } = await plaza.data(query, {}, merchant.token);
    expect(merchantFeedback.edges).toHaveLength(2);
    expect(merchantFeedbackSummary.totalCount).toBe(3);
    expect(merchantFeedbackSummary.byKind).toEqual([
      { kind: 'NEED', count: 2 },
      { kind: 'PREFERENCE', count: 0 },
      { kind: 'COMPLAINT', count: 0 },
      { kind: 'PRAISE', count: 1 },
    ]);
    expect(merchantFeedbackSummary.byProduct.edges).toMatchObject([{ feedbackCount: 2, node: { id: productId } }]);
    const feedback = merchantFeedback.edges.find(
      ({ node }: { node: { sender: { handle: string } } }) => node.sender.handle === sender.handle,
    );
    await plaza.mutate(
      'answerMerchantFeedback',
      { feedbackId: feedback.node.id, body: 'Coming in May' },
      'feedback { answer }',
      merchant.token,
    );
    const { viewer } = await plaza.data(
      '{ viewer { sentFeedback { edges { node { answer answeredAt } } } notifications { edges { node { kind } } } } }',
      {},
      sender.token,
    );
    expect(viewer.sentFeedback.edges).toEqual([{ node: { answer: 'Coming in May', answeredAt: expect.any(String) as string } }]);
    expect(viewer.notifications.edges).toEqual([{ node: { kind: 'FEEDBACK_ANSWERED' } }]);
    const left = (await plaza.data(query, {}, merchant.token)).merchantFeedback.edges;
    expect(left).toHaveLength(1);
  });

  test('counts exactly when a hundred send it at once', async () => {
    const { merchant, sender, productId } = await scene();
    await Promise.all(Array.from({ length: 100 }, (_, at) => send(sender, merchant, at % 2 ? 'NEED' : 'COMPLAINT', productId)));
    const { merchantFeedbackSummary } = await plaza.data('{ merchantFeedbackSummary { totalCount byKind { count } } }', {}, merchant.token);
    expect(merchantFeedbackSummary).toEqual({ totalCount: 100, byKind: [{ count: 50 }, { count: 0 }, { count: 50 }, { count: 0 }] });
  });

  test('is refused to oneself, to who is no merchant, and about another merchant’s product', async () => {
    const { merchant, sender, recipient, productId } = await scene();
    const other = await plaza.account({ merchant: true });
    expect((await send(merchant, merchant, 'NEED')).userErrors).toMatchObject([{ code: 'NOT_ALLOWED', field: ['input', 'merchantId'] }]);
    expect((await send(sender, recipient, 'NEED')).userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'merchantId'] }]);
    expect((await send(sender, other, 'NEED', productId)).userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'productId'] }]);
  });

  test('is not there for other merchants', async () => {
    const { merchant, sender } = await scene();
    const { feedback } = await send(sender, merchant, 'NEED');
    const other = await plaza.account({ merchant: true });
    expect((await plaza.data('{ merchantFeedback { edges { node { id } } } }', {}, other.token)).merchantFeedback.edges).toEqual([]);
    expect((await plaza.data('query ($id: ID!) { node(id: $id) { id } }', { id: feedback.id }, other.token)).node).toBeNull();
    const answered = await plaza.mutate('answerMerchantFeedback', { feedbackId: feedback.id, body: 'Hi' }, 'feedback { id }', other.token);
    expect(answered.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});
