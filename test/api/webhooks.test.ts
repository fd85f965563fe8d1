import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Plaza, storeId, type Account } from '../support/plaza.js';
import { kill, startApi } from '../support/processes.js';
import { until } from '../support/until.js';
import { verify, WebhookReceiver } from '../support/webhook-receiver.js';

const plaza = new Plaza();
const receivers: WebhookReceiver[] = [];

beforeAll(() => plaza.start({ WEBHOOK_ALLOW_PRIVATE: 'true' }));
afterAll(() => plaza.stop());
afterEach(async () => {
  await Promise.all(receivers.splice(0).map((receiver) => receiver.stop()));
});

async function receiver(): Promise<WebhookReceiver> {
  const started = new WebhookReceiver();
  await started.start();
  receivers.push(started);
  return started;
}

async function webhook({ token }: Account, url: string, events: string[]): Promise<{ id: string; secret: string }> {
  const { webhook, secret, userErrors } = await plaza.mutate('createWebhook', { url, events }, 'webhook { id } secret', token);
  expect(userErrors).toEqual([]);
  return { id: webhook.id, secret };
}

/** A merchant whose webhook receives the events. */
async function scene(events: string[]) {
  const merchant = await plaza.account({ merchant: true });
  const [productId, shop] = [await plaza.product(merchant), await receiver()];
  return { merchant, productId, shop, ...(await webhook(merchant, shop.url, events)) };
}

async function deliveries({ token }: Account, status?: string) {
  const query = `query ($status: WebhookDeliveryStatus) { webhookDeliveries(status: $status) { edges { node { id event status attemptCount responseStatus error messageId nextAttemptAt webhook { id } } } } }`;
  return (await plaza.data(query, { status }, token)).webhookDeliveries.edges.map(({ node }: { node: object }) => node);
}

describe('a webhook receives', () => {
  test('signed messages with the content that anybody may see, and the product’s names in the shop', async () => {
    const { productId, shop, secret } = await scene(['REVIEW_ADDED', 'RATING_CHANGED']);
    const author = await plaza.account();
    const { review } = await plaza.review(author, productId, { title: 'Fine', body: 'Pours well.' });
    const messages = await shop.messages(2);
    const added = messages.find(({ payload }) => payload.type === 'review.added')!;
    verify(secret, added);
    expect(added.headers['content-type']).toBe('application/json');
    expect(added.id).toMatch(/^msg_[0-9a-f]{24}$/);
    expect(added.payload).toMatchObject({
      type: 'review.added',
      version: 1,
      subject: { type: 'Review', id: review.id, sequence: 1 },
      data: {
        productId,
        product: { id: productId },
        review: { id: review.id, title: 'Fine', overall: 4, author: { handle: author.handle } },
      },
    });
    const rated = messages.find(({ payload }) => payload.type === 'rating.changed')!;
    expect(rated.payload.data.rating).toMatchObject({ id: productId, rating: { reviewCount: 1, mean: 4 } });
    expect(() => verify('whsec_bm90IHRoZSBzZWNyZXQ=', added)).toThrow();
  });

  test('questions, answers, comments, shares and referrals', async () => {
    const events = [
      'QUESTION_ASKED',
      'ANSWER_ADDED',
      'COMMENT_ADDED',
      'COMMENT_REMOVED',
      'SHARE_ADDED',
      'REFERRAL_SENT',
      'REFERRAL_BOUGHT',
    ];
    const { productId, shop } = await scene(events);
    const [buyer, friend] = [await plaza.account(), await plaza.account()];
    const { question } = await plaza.mutate('askQuestion', { productId, body: 'Blue?' }, 'question { id }', buyer.token);
    const { answer } = await plaza.mutate('answerQuestion', { questionId: question.id, body: 'Yes' }, 'answer { id }', friend.token);
    const { comment } = await plaza.mutate('addComment', { subjectId: answer.id, body: 'Thanks' }, 'comment { id }', buyer.token);
    await plaza.mutate('deleteComment', { commentId: comment.id }, 'deletedCommentId', buyer.token);
    await plaza.mutate('shareProduct', { productId, channel: 'LINK', message: 'Secret words' }, 'share { id }', buyer.token);
    await plaza.mutate('referProduct', { productId, toUserIds: [friend.id], message: 'Secret words' }, 'referrals { id }', buyer.token);
    await plaza.mutate('placeOrder', { items: [{ productId }] }, 'order { id }', friend.token);
    await until(async () => new Set(shop.types()).size >= 6);
    await plaza.settle('webhooks');
    expect(shop.types().sort()).toEqual(
      ['question.asked', 'answer.added', 'comment.removed', 'share.added', 'referral.sent', 'referral.bought']
        .concat(shop.types().includes('comment.added') ? ['comment.added'] : [])
        .sort(),
    );
    const payloadOf = (type: string) => shop.received.find(({ payload }) => payload.type === type)!.payload;
    expect(payloadOf('answer.added').data).toMatchObject({
      productId,
      answer: { id: answer.id, body: 'Yes', question: { id: question.id } },
    });
    expect(payloadOf('comment.removed').data).toMatchObject({ productId, comment: { id: comment.id } });
    expect(JSON.stringify(shop.received)).not.toContain('Secret words');
  });

  test('feedback as the merchant’s own, and what moderators do', async () => {
    const { merchant, productId, shop } = await scene(['FEEDBACK_RECEIVED', 'CONTENT_MODERATED', 'REVIEW_REMOVED', 'REVIEW_RESTORED']);
    const [buyer, admin] = [await plaza.account(), await plaza.account({ role: 'ADMIN' })];
    const other = await receiver();
    await webhook(admin, other.url, ['FEEDBACK_RECEIVED', 'CONTENT_MODERATED']);
    await plaza.mutate('sendMerchantFeedback', { merchantId: merchant.id, kind: 'NEED', body: 'A lid' }, 'feedback { id }', buyer.token);
    const { review } = await plaza.review(buyer, productId);
    await plaza.mutate('moderateContent', { contentId: review.id, action: 'HIDE', reason: 'x' }, 'entry { id }', admin.token);
    await plaza.mutate('moderateContent', { contentId: review.id, action: 'RESTORE', reason: 'x' }, 'entry { id }', admin.token);
    await shop.messages(5);
    await other.messages(2);
    expect(shop.received[0]!.payload).toMatchObject({
      type: 'feedback.received',
      data: { feedback: { body: 'A lid', sender: { id: buyer.id } } },
    });
    expect(shop.types().slice(1)).toEqual(['review.removed', 'content.moderated', 'review.restored', 'content.moderated']);
    expect(shop.received[2]!.payload.data).toMatchObject({ visible: false, review: { id: review.id } });
    expect(other.types()).toEqual(['content.moderated', 'content.moderated']);
  });

  test('nothing of other merchants’ products, unless an administrator created it', async () => {
    const { productId, shop } = await scene(['QUESTION_ASKED']);
    const [other, admin, buyer] = [await plaza.account({ merchant: true }), await plaza.account({ role: 'ADMIN' }), await plaza.account()];
    const all = await receiver();
    await webhook(admin, all.url, ['QUESTION_ASKED']);
    const otherId = await plaza.product(other);
    for (const id of [otherId, productId])
      await plaza.mutate('askQuestion', { productId: id, body: 'Blue?' }, 'question { id }', buyer.token);
    await all.messages(2);
    await plaza.settle('webhooks');
    expect(shop.received.map(({ payload }) => payload.data.productId)).toEqual([productId]);
  });

  test('nothing that is hidden when it is sent', async () => {
    const { merchant, productId, shop } = await scene(['REVIEW_ADDED']);
    const moderator = await plaza.account({ role: 'MODERATOR' });
    shop.answer = (_message, response) => void response.writeHead(503, { 'retry-after': '1' }).end();
    const { review } = await plaza.review(await plaza.account(), productId, { body: 'Words that go' });
    await shop.messages(1);
    await plaza.mutate('moderateContent', { contentId: review.id, action: 'HIDE', reason: 'x' }, 'entry { id }', moderator.token);
    shop.received.splice(0);
    await until(async () => (await deliveries(merchant, 'SKIPPED')).length === 1);
    expect(shop.received).toEqual([]);
  });
});

describe('messages', () => {
  test('of one subject come in order and once, however many are written at the same time', async () => {
    const { productId, shop } = await scene(['RATING_CHANGED', 'REVIEW_ADDED']);
    const authors = await Promise.all(Array.from({ length: 12 }, () => plaza.account()));
    await Promise.all(authors.map((author) => plaza.review(author, productId)));
    await shop.messages(24);
    await plaza.settle('webhooks');
    const sequences = shop.received
      .filter(({ payload }) => payload.type === 'rating.changed')
      .map(({ payload }) => payload.subject.sequence);
    expect(sequences).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
    expect(new Set(shop.received.map(({ id }) => id)).size).toBe(24);
  });

  test('wait for the earlier ones of their subject while the receiver refuses those, and others do not wait', async () => {
    const { merchant, productId, shop } = await scene(['REVIEW_ADDED', 'REVIEW_EDITED']);
    const [first, second] = [await plaza.account(), await plaza.account()];
    let refused = 0;
    shop.answer = ({ payload }, response) => {
      const isRefused = payload.subject.sequence === 1 && payload.data.review?.author?.id === first.id && refused++ === 0;
      response.writeHead(isRefused ? 500 : 204).end();
    };
    const { review } = await plaza.review(first, productId);
    await shop.messages(1);
    await plaza.mutate('updateReview', { reviewId: review.id, title: 'Changed' }, 'review { id }', first.token);
    await plaza.review(second, productId);
    await shop.messages(2);
    const refusedOnes = async () => (await deliveries(merchant, 'PENDING')).filter(({ error }: { error: string | null }) => error !== null);
    await until(async () => (await refusedOnes()).length === 1);
    const [waiting] = await refusedOnes();
    expect(waiting).toMatchObject({ event: 'REVIEW_ADDED', responseStatus: 500, error: 'HTTP 500' });
    expect(Date.parse(waiting.nextAttemptAt)).toBeGreaterThan(Date.now());
    await plaza.connection
      .collection('webhook_deliveries')
      .updateMany({ responseStatus: 500, status: 'PENDING' }, { $set: { dueAt: new Date() } });
    await plaza.settle('webhooks');
    await shop.messages(4);
    const ofFirst = shop.received.filter(({ payload }) => payload.subject.id === review.id);
    expect(ofFirst.map(({ payload }) => payload.type)).toEqual(['review.added', 'review.added', 'review.edited']);
    expect(ofFirst[0]!.id).toBe(ofFirst[1]!.id);
  });

  test('to a receiver that is slow delay no other webhook', async () => {
    const slow = await scene(['QUESTION_ASKED']);
    const quick = await scene(['QUESTION_ASKED']);
    const held: { end(): void }[] = [];
    slow.shop.answer = (_message, response) => void held.push(response);
    const buyer = await plaza.account();
    const ask = (productId: string) => plaza.mutate('askQuestion', { productId, body: 'Blue?' }, 'question { id }', buyer.token);
    await ask(slow.productId);
    await slow.shop.messages(1);
    for (let at = 0; at < 5; at++) await ask(quick.productId);
    await quick.shop.messages(5);
    expect(await deliveries(slow.merchant, 'DELIVERED')).toEqual([]);
    for (const response of held) response.end();
  });

  test('go by another message that takes long', async () => {
    const { productId, shop } = await scene(['QUESTION_ASKED']);
    const held: { end(): void }[] = [];
    shop.answer = (_message, response) => void (held.length === 0 ? held.push(response) : response.end());
    const buyer = await plaza.account();
    const ask = () => plaza.mutate('askQuestion', { productId, body: 'Blue?' }, 'question { id }', buyer.token);
    await ask();
    await shop.messages(1);
    for (let at = 0; at < 5; at++) await ask();
    await shop.messages(6);
    held[0]!.end();
  });

  const atOnce = 4;

  /** Two messages that wait while the receiver takes its time for as many as it is sent at once. */
  async function heldUp() {
    const { merchant, productId, shop, id } = await scene(['QUESTION_ASKED']);
    const held: { end(): void }[] = [];
    shop.answer = (_message, response) => void held.push(response);
    const buyer = await plaza.account();
    const ask = () => plaza.mutate('askQuestion', { productId, body: 'Blue?' }, 'question { id }', buyer.token);
    for (let at = 0; at < atOnce; at++) await ask();
    await shop.messages(atOnce);
    for (let at = 0; at < 2; at++) await ask();
    return { merchant, shop, id, release: () => held.forEach((response) => response.end()) };
  }

  test('that wait go to the address that the webhook has when they are sent', async () => {
    const { merchant, shop, id, release } = await heldUp();
    const moved = await receiver();
    await plaza.mutate('updateWebhook', { webhookId: id, url: moved.url }, 'webhook { id }', merchant.token);
    release();
    await moved.messages(2);
    expect(shop.received).toHaveLength(atOnce);
  });

  test('that wait are not sent once the webhook is deleted', async () => {
    const { merchant, shop, id, release } = await heldUp();
    await plaza.mutate('deleteWebhook', { webhookId: id }, 'deletedWebhookId', merchant.token);
    release();
    await until(
      async () =>
        (await plaza.connection.collection('webhook_deliveries').countDocuments({ status: 'PENDING', webhook: storeId(id) })) === 0,
    );
    expect(shop.received).toHaveLength(atOnce);
  });

  test('that wait are dead once the webhook is disabled, and what its receiver took by then is delivered', async () => {
    const { merchant, id, shop, release } = await heldUp();
    await plaza.mutate('updateWebhook', { webhookId: id, enabled: false }, 'webhook { id }', merchant.token);
    expect(await deliveries(merchant, 'PENDING')).toEqual([]);
    release();
    await until(async () => (await deliveries(merchant, 'DELIVERED')).length === atOnce);
    expect(await deliveries(merchant, 'DEAD')).toMatchObject(Array(2).fill({ error: 'The webhook was disabled.', attemptCount: 0 }));
    const { delivery } = await plaza.mutate('pingWebhook', { webhookId: id }, 'delivery { messageId }', merchant.token);
    await shop.messages(atOnce + 1);
    expect(shop.received.at(-1)!.id).toBe(delivery.messageId);
  });

  test('that wait are skipped once the webhook no longer receives their events, and hold up no others of their subject', async () => {
    const buyer = await plaza.account();
    const { merchant, productId, shop, id } = await scene(['REVIEW_ADDED', 'REVIEW_EDITED']);
    shop.answer = (_message, response) => void response.writeHead(500).end();
    const { review } = await plaza.review(buyer, productId);
    await shop.messages(1);
    await plaza.mutate('updateReview', { reviewId: review.id, body: 'Drips.' }, 'review { id }', buyer.token);
    await plaza.connection
      .collection('webhook_deliveries')
      .updateMany({ webhook: storeId(id) }, { $set: { dueAt: new Date(Date.now() + 3_600_000) } });
    shop.answer = (_message, response) => void response.writeHead(204).end();
    await plaza.mutate('updateWebhook', { webhookId: id, events: ['REVIEW_EDITED'] }, 'webhook { id }', merchant.token);
    await until(() => shop.types().includes('review.edited'));
    const error = 'The webhook no longer receives this event.';
    const [skipped] = await deliveries(merchant, 'SKIPPED');
    expect(skipped).toMatchObject({ event: 'REVIEW_ADDED', error });
    const again = await plaza.mutate('redeliverWebhook', { deliveryId: skipped.id }, 'delivery { id }', merchant.token);
    expect(again.userErrors).toMatchObject([{ code: 'NOT_ALLOWED', message: 'This webhook no longer receives this event.' }]);
    await plaza.mutate('pingWebhook', { webhookId: id }, 'delivery { id }', merchant.token);
    await until(() => shop.types().includes('ping'));
    expect(shop.types().filter((type) => type === 'review.added')).toHaveLength(1);
  });

  test('that were recorded while the webhook was being changed not to receive their events are skipped', async () => {
    const { merchant, id, shop, release } = await heldUp();
    await plaza.connection.collection('webhooks').updateOne({ _id: storeId(id) }, { $set: { events: ['ANSWER_ADDED'] } });
    release();
    await until(async () => (await deliveries(merchant, 'PENDING')).length === 0);
    expect(await deliveries(merchant, 'SKIPPED')).toHaveLength(2);
    expect(shop.received).toHaveLength(atOnce);
  });

  test('that were recorded while the webhook was being disabled are not sent', async () => {
    const { merchant, id, shop, release } = await heldUp();
    await plaza.connection.collection('webhooks').updateOne({ _id: storeId(id) }, { $set: { enabled: false } });
    release();
    await until(async () => (await deliveries(merchant, 'PENDING')).length === 0);
    expect(await deliveries(merchant, 'DEAD')).toHaveLength(2);
    expect(shop.received).toHaveLength(atOnce);
  });

  test('wait once the receiver has asked any process for a pause', async () => {
    const { merchant, id, shop, release } = await heldUp();
    const pausedUntil = new Date(Date.now() + 1_800_000);
    await plaza.connection.collection('webhooks').updateOne({ _id: storeId(id) }, { $set: { pausedUntil } });
    release();
    const waiting = () => deliveries(merchant, 'PENDING');
    await until(async () =>
      (await waiting()).every((one: { nextAttemptAt: string }) => Date.parse(one.nextAttemptAt) >= pausedUntil.getTime()),
    );
    expect(await waiting()).toMatchObject(Array(2).fill({ attemptCount: 0 }));
    expect(shop.received).toHaveLength(atOnce);
  });

  test('that cannot be created are listed with the reason, and dead in the end', async () => {
    const { merchant, id, shop } = await scene(['QUESTION_ASKED']);
    await plaza.connection
      .collection('webhooks')
      .updateOne({ _id: storeId(id) }, { $set: { 'secrets.0.sealed': 'of a key that is lost' } });
    await plaza.mutate('pingWebhook', { webhookId: id }, 'delivery { id }', merchant.token);
    const error = 'The message could not be created.';
    await until(async () => (await deliveries(merchant, 'PENDING'))[0]?.error === error);
    const now = { dueAt: new Date(), deadline: new Date() };
    await plaza.connection.collection('webhook_deliveries').updateMany({ webhook: storeId(id) }, { $set: now });
    await plaza.settle('webhooks');
    await until(async () => (await deliveries(merchant, 'DEAD')).length === 1);
    expect(await deliveries(merchant, 'DEAD')).toMatchObject([{ event: 'PING', attemptCount: 2, error }]);
    expect(shop.received).toEqual([]);
  });

  test('are listed as long as any other once they are sent again', async () => {
    const { merchant, id, shop } = await scene(['QUESTION_ASKED']);
    const { delivery } = await plaza.mutate('pingWebhook', { webhookId: id }, 'delivery { id }', merchant.token);
    await until(async () => (await deliveries(merchant, 'DELIVERED')).length === 1);
    const [stored, soon] = [{ _id: storeId(delivery.id) }, new Date(Date.now() + 60_000)];
    await plaza.connection.collection('webhook_deliveries').updateOne(stored, { $set: { expiresAt: soon } });
    await plaza.mutate('redeliverWebhook', { deliveryId: delivery.id }, 'delivery { id }', merchant.token);
    await shop.messages(2);
    const { expiresAt, deadline } = (await plaza.connection.collection('webhook_deliveries').findOne(stored))!;
    expect(expiresAt.getTime()).toBeGreaterThan(deadline.getTime());
  });

  test('to a receiver that answers without an end, or leads elsewhere, fail', async () => {
    const { merchant, id, shop } = await scene(['QUESTION_ASKED']);
    const other = await receiver();
    shop.answer = (_message, response) => void response.writeHead(302, { location: other.url }).end();
    const ping = async () =>
      (await plaza.mutate('pingWebhook', { webhookId: id }, 'delivery { id }', merchant.token)).delivery.id as string;
    const state = async (delivery: string) =>
      (
        await plaza.data(
          'query ($id: ID!) { node(id: $id) { ... on WebhookDelivery { status attemptCount error responseStatus } } }',
          { id: delivery },
          merchant.token,
        )
      ).node;
    const redirected = await ping();
    await until(async () => (await state(redirected)).error !== null);
    expect(await state(redirected)).toMatchObject({ status: 'PENDING', responseStatus: 302, error: 'Redirects are not followed.' });
    expect(other.received).toEqual([]);
    await plaza.connection.collection('webhook_deliveries').deleteMany({ webhook: storeId(id) });
    shop.answer = (_message, response) => {
      response.writeHead(200);
      // Each piece in a turn of its own: a response whose reader is gone is destroyed in a later one.
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(100_000), () => setImmediate(more));
      };
      more();
    };
    const endless = await ping();
    await until(async () => (await state(endless)).status === 'DELIVERED');
  });

  test('that are not delivered in three days are listed as dead, and the webhook is disabled with a notification', async () => {
    const { merchant, id, productId, shop } = await scene(['QUESTION_ASKED']);
    shop.answer = (_message, response) => void response.writeHead(500).end();
    await plaza.mutate('askQuestion', { productId, body: 'Blue?' }, 'question { id }', (await plaza.account()).token);
    await shop.messages(1);
    await plaza.settle('webhooks');
    const long = new Date(Date.now() - 4 * 24 * 3_600_000);
    await plaza.connection.collection('webhooks').updateOne({ _id: storeId(id) }, { $set: { failingSince: long } });
    await plaza.connection
      .collection('webhook_deliveries')
      .updateMany({ webhook: storeId(id) }, { $set: { dueAt: new Date(), deadline: new Date() } });
    await plaza.settle('webhooks');
    const [dead] = await deliveries(merchant, 'DEAD');
    expect(dead).toMatchObject({ event: 'QUESTION_ASKED', attemptCount: 2, nextAttemptAt: null });
    const query =
      '{ webhooks { edges { node { enabled disabledReason } } } viewer { notifications { edges { node { kind subject { __typename } } } } } }';
    const { webhooks, viewer } = await plaza.data(query, {}, merchant.token);
    expect(webhooks.edges[0].node).toEqual({ enabled: false, disabledReason: 'FAILING' });
    expect(viewer.notifications.edges[0].node).toEqual({ kind: 'WEBHOOK_DISABLED', subject: { __typename: 'Webhook' } });
    const redeliver = () => plaza.mutate('redeliverWebhook', { deliveryId: dead.id }, 'delivery { status }', merchant.token);
    expect((await redeliver()).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    shop.answer = (_message, response) => void response.writeHead(200).end();
    await plaza.mutate('updateWebhook', { webhookId: id, enabled: true }, 'webhook { id }', merchant.token);
    expect((await redeliver()).delivery).toEqual({ status: 'PENDING' });
    await until(async () => (await deliveries(merchant, 'DELIVERED')).length === 1);
    expect(new Set(shop.received.map((message) => message.id)).size).toBe(1);
  });

  test('stop for a receiver that says it is gone', async () => {
    const { merchant, id, shop } = await scene(['QUESTION_ASKED']);
    shop.answer = (_message, response) => void response.writeHead(410).end();
    await plaza.mutate('pingWebhook', { webhookId: id }, 'delivery { id }', merchant.token);
    await until(
      async () =>
        (await plaza.data('{ webhooks { edges { node { disabledReason } } } }', {}, merchant.token)).webhooks.edges[0].node
          .disabledReason === 'GONE',
    );
    const query = '{ webhookDeliveries(status: DEAD) { edges { node { responseStatus error } } } }';
    const { edges } = (await plaza.data(query, {}, merchant.token)).webhookDeliveries;
    expect(edges).toEqual([{ node: { responseStatus: 410, error: 'HTTP 410' } }]);
  });

  test.each([
    ['seconds', () => '1800'],
    ['a date', () => new Date(Date.now() + 1_800_000).toUTCString()],
  ])('wait for as long as the receiver says in %s', async (_, retryAfter) => {
    const { merchant, id, shop } = await scene(['QUESTION_ASKED']);
    shop.answer = (_message, response) => void response.writeHead(503, { 'retry-after': retryAfter() }).end();
    await plaza.mutate('pingWebhook', { webhookId: id }, 'delivery { id }', merchant.token);
    const webhook = () => plaza.connection.collection('webhooks').findOne({ _id: storeId(id) });
    await until(async () => (await webhook())!['pausedUntil'] !== null);
    expect((await webhook())!['pausedUntil'].getTime()).toBeGreaterThan(Date.now() + 900_000);
  });
});

describe('secrets', () => {
  test('are rotated with an overlap: for a day both sign', async () => {
    const { merchant, id, secret, shop } = await scene(['QUESTION_ASKED']);
    const rotated = await plaza.mutate('rotateWebhookSecret', { webhookId: id }, 'secret', merchant.token);
    await plaza.mutate('pingWebhook', { webhookId: id }, 'delivery { id }', merchant.token);
    const [message] = await shop.messages(1);
    verify(secret, message!);
    verify(rotated.secret, message!);
    const earlier = { 'secrets.1.expiresAt': new Date(Date.now() - 1000) };
    await plaza.connection.collection('webhooks').updateOne({ _id: storeId(id) }, { $set: earlier });
    await plaza.mutate('pingWebhook', { webhookId: id }, 'delivery { id }', merchant.token);
    // The first may come twice where its answer was late.
    const later = () => shop.received.find((received) => received.id !== message!.id);
    await until(() => later() !== undefined);
    const after = later()!;
    verify(rotated.secret, after);
    expect(() => verify(secret, after)).toThrow();
  });

  test('are not readable in the store', async () => {
    const { id, secret } = await scene(['QUESTION_ASKED']);
    const stored = await plaza.connection.collection('webhooks').findOne({ _id: storeId(id) });
    expect(JSON.stringify(stored)).not.toContain(secret.slice(6, 20));
  });
});

describe('refused is', () => {
  test('an address that is none, and a list without events', async () => {
    const { token } = await plaza.account({ merchant: true });
    const create = async (url: string, events = ['REVIEW_ADDED']) =>
      (await plaza.mutate('createWebhook', { url, events }, 'webhook { id }', token)).userErrors.map(
        ({ code, field }: { code: string; field: string[] }) => [code, field.join('.')],
      );
    expect(await create('ftp://shop.example/')).toEqual([['INVALID', 'input.url']]);
    expect(await create('https://user:password@shop.example/')).toEqual([['INVALID', 'input.url']]);
    expect(await create('https://shop.example/', [])).toEqual([['REQUIRED', 'input.events']]);
    expect(await create('https://shop.example/', ['PING'])).toEqual([['INVALID', 'input.events']]);
  });

  test('all that is wrong with it at once, when it is created and when it is changed', async () => {
    const { id, merchant } = await scene(['REVIEW_ADDED']);
    const wrong = { url: 'ftp://shop.example/', events: [] };
    const both = [{ field: ['input', 'url'] }, { field: ['input', 'events'] }];
    expect((await plaza.mutate('createWebhook', wrong, 'webhook { id }', merchant.token)).userErrors).toMatchObject(both);
    expect((await plaza.mutate('updateWebhook', { webhookId: id, ...wrong }, 'webhook { id }', merchant.token)).userErrors).toMatchObject(
      both,
    );
  });

  test('the twenty-first webhook', async () => {
    const { token } = await plaza.account({ merchant: true });
    const create = () => plaza.mutate('createWebhook', { url: 'https://shop.example/', events: ['REVIEW_ADDED'] }, 'webhook { id }', token);
    const made = await Promise.all(Array.from({ length: 21 }, create));
    expect(made.filter(({ webhook }) => webhook)).toHaveLength(20);
    expect(made.flatMap(({ userErrors }) => userErrors)).toMatchObject([{ code: 'LIMIT_REACHED' }]);
  });

  test('another merchant’s webhook', async () => {
    const { id } = await scene(['REVIEW_ADDED']);
    const { token } = await plaza.account({ merchant: true });
    for (const [name, input, selection] of [
      ['updateWebhook', { webhookId: id, enabled: false }, 'webhook { id }'],
      ['deleteWebhook', { webhookId: id }, 'deletedWebhookId'],
      ['rotateWebhookSecret', { webhookId: id }, 'secret'],
      ['pingWebhook', { webhookId: id }, 'delivery { id }'],
    ] as const)
      expect((await plaza.mutate(name, input, selection, token)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await plaza.data('query ($id: ID!) { node(id: $id) { id } }', { id }, token)).node).toBeNull();
  });
});

test('the same key creates one webhook and answers the same secret', async () => {
  const { token } = await plaza.account({ merchant: true });
  const input = { url: 'https://shop.example/', events: ['REVIEW_ADDED'], idempotencyKey: 'one' };
  const [first, second] = await Promise.all([1, 2].map(() => plaza.mutate('createWebhook', input, 'webhook { id } secret', token)));
  expect(second).toEqual(first);
});

test('an API key of the merchant manages webhooks with the scope for it, and not without', async () => {
  const { token } = await plaza.account({ merchant: true });
  const key = async (scopes: string[]) => (await plaza.mutate('createApiKey', { name: 'Shop', scopes }, 'secret', token)).secret as string;
  const create =
    'mutation { createWebhook(input: { url: "https://shop.example/", events: [REVIEW_ADDED] }) { webhook { id } secret userErrors { code } } }';
  const { createWebhook } = await plaza.data(create, {}, await key(['webhooks:manage']));
  expect(createWebhook).toMatchObject({ userErrors: [], webhook: { id: expect.any(String) } });
  expect((await plaza.query(create, {}, await key(['catalog:write']))).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

test('an erased person’s words are in no message, and an erased merchant’s webhooks are gone', async () => {
  const { merchant, productId, shop } = await scene(['REVIEW_ADDED', 'REVIEW_EDITED']);
  shop.answer = (_message, response) => void response.writeHead(503, { 'retry-after': '3600' }).end();
  const author = await plaza.account();
  await plaza.review(author, productId, { body: `I am ${author.handle}.` });
  await shop.messages(1);
  const erase = ({ token, password }: Account) => plaza.mutate('eraseMe', { confirm: true, password }, 'erased', token);
  await erase(author);
  await plaza.settle('erasures');
  shop.answer = (_message, response) => void response.writeHead(204).end();
  shop.received.splice(0);
  await plaza.connection.collection('webhooks').updateMany({}, { $set: { pausedUntil: null } });
  await plaza.connection.collection('webhook_deliveries').updateMany({ status: 'PENDING' }, { $set: { dueAt: new Date() } });
  await plaza.settle('webhooks');
  await shop.messages(2);
  expect(JSON.stringify(shop.received)).not.toContain(author.handle);
  await erase(merchant);
  await plaza.settle('erasures');
  const mine = { owner: storeId(merchant.id) };
  expect(await plaza.connection.collection('webhooks').countDocuments(mine)).toBe(0);
  expect(await plaza.connection.collection('webhook_deliveries').countDocuments(mine)).toBe(0);
});

test('a process that is killed loses nothing: the next one sends what was committed', async () => {
  const shop = await receiver();
  await shop.stop();
  const secret = 'a secret for tests that is long enough';
  const environment = { PLAZA_DATA_DIR: `${plaza.dataDirectory}/killed`, AUTH_SECRET: secret, WEBHOOK_ALLOW_PRIVATE: 'true' };
  const first = await startApi(environment);
  const ask = async (url: string, query: string, token?: string) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
    return ((await answer.json()) as { data: Record<string, never> }).data;
  };
  const signUp = (handle: string, merchant: boolean) =>
    `mutation { signUp(input: { email: "${handle}@example.org", password: "correct horse", handle: "${handle}", name: "x", merchant: ${merchant} }) { accessToken user { id } } }`;
  const { signUp: merchant } = (await ask(first.url, signUp('seller', true))) as unknown as {
    signUp: { accessToken: string; user: { id: string } };
  };
  const { signUp: buyer } = (await ask(first.url, signUp('buyer', false))) as unknown as { signUp: { accessToken: string } };
  await ask(
    first.url,
    `mutation { createWebhook(input: { url: "${shop.url}", events: [FEEDBACK_RECEIVED] }) { secret } }`,
    merchant.accessToken,
  );
  const send = (at: number) =>
    ask(
      first.url,
      `mutation { sendMerchantFeedback(input: { merchantId: "${merchant.user.id}", kind: NEED, body: "Need ${at}" }) { feedback { id } } }`,
      buyer.accessToken,
    );
  for (let at = 0; at < 6; at++) await send(at);
  await kill(first);
  await shop.start();
  const second = await startApi(environment);
  await until(() => new Set(shop.received.map(({ payload }) => payload.data.feedback.body)).size === 6);
  await kill(second, 'SIGTERM');
});
