import { afterAll, describe, expect, test } from 'vitest';
import { Plaza, storeId } from '../support/plaza.js';
import { fixture, post, shopifyHeaders } from '../support/shop-sender.js';

const plaza = new Plaza();
const [one, two] = [`one:${'a'.repeat(32)}`, `two:${'b'.repeat(32)}`];

async function restart(keys: string): Promise<void> {
  await plaza.app.close();
  await plaza.start({ ENCRYPTION_KEYS: keys, LOG_LEVEL: 'error' });
}

/** A shop of its own that works with the first key, and is changed to the second. */
async function shopWithKey(settings: Record<string, string> = {}) {
  const shop = new Plaza();
  await shop.start({ ...settings, ENCRYPTION_KEYS: one });
  const restartWith = async (keys: string) => {
    await shop.app.close();
    await shop.start({ ...settings, ENCRYPTION_KEYS: keys });
  };
  /** Keeps the first key for as long as the workers need it. */
  const changeKey = async (...workers: string[]) => {
    await restartWith(`${two},${one}`);
    for (const worker of workers) await shop.settle(worker);
    await restartWith(two);
  };
  return { shop, changeKey };
}

afterAll(() => plaza.stop());

describe('the keys of addresses', () => {
  test('can be changed while everybody goes on signing in, and nobody else takes an address meanwhile', async () => {
    await plaza.start({ ENCRYPTION_KEYS: one });
    const account = await plaza.account();
    const { email, password } = account;
    const signIn = () => plaza.mutate('signIn', { email, password }, 'accessToken user { id }');
    const stored = async () => (await plaza.connection.collection('users').findOne({ _id: storeId(account.id) }))!;
    expect((await stored())['sealedEmail']).toMatch(/^one\./);

    await restart(`${one},${two}`);
    expect((await signIn()).user.id).toBe(account.id);
    expect((await stored())['addressKey']).toBe('one');

    await restart(`${two},${one}`);
    const other = await plaza.mutate('signUp', { email, password: 'another secret', handle: 'second', name: 'x' }, 'user { id }');
    expect((await signIn()).user.id).toBe(account.id);
    await plaza.settle('address keys');
    expect((await stored())['sealedEmail']).toMatch(/^two\./);

    await restart(two);
    const { accessToken, user } = await signIn();
    expect(user.id).toBe(account.id);
    expect((await plaza.data('{ viewer { email } }', {}, accessToken)).viewer.email).toBe(email);
    expect(other.user.id).not.toBe(account.id);
    const third = await plaza.mutate('signUp', { email, password: 'yet another secret', handle: 'third', name: 'x' }, 'user { id }');
    expect((await plaza.mutate('signIn', { email, password: 'yet another secret' }, 'user { id }')).user).toEqual(third.user);
    expect((await signIn()).user.id).toBe(account.id);
  });

  test('can be changed while mails with links that confirm an address and reset a password are on their way', async () => {
    const { shop, changeKey } = await shopWithKey();
    const { email, token, password } = await shop.signUp();
    const confirmation = (await shop.mailTo(email))!;
    await shop.mutate('requestPasswordReset', { email }, 'requested');
    const reset = (await shop.mailTo(email, 'Reset your password'))!;
    await changeKey('sealed texts');
    expect((await shop.mutate('confirmEmail', { token: confirmation.token }, 'confirmed')).confirmed).toBe(true);
    expect((await shop.data('{ viewer { emailConfirmed } }', {}, token)).viewer.emailConfirmed).toBe(true);
    const newPassword = `${password} anew`;
    expect(await shop.mutate('resetPassword', { token: reset.token, newPassword }, 'reset')).toEqual({ reset: true, userErrors: [] });
    await shop.stop();
  });

  test('can be changed while mail waits for a mail server that is away', async () => {
    const { shop, changeKey } = await shopWithKey({ SMTP_URL: 'smtp://127.0.0.1:1' });
    const { email } = await shop.signUp();
    await changeKey('sealed texts');
    await shop.app.close();
    await shop.start({ ENCRYPTION_KEYS: two });
    await shop.connection.collection('outgoing_mail').updateMany({}, { $set: { dueAt: new Date() } });
    await shop.settle('mail');
    expect((await shop.mailTo(email))?.token).toBeDefined();
    await shop.stop();
  });

  test('can be changed while what a shop system tells waits for what it needs', async () => {
    const { shop, changeKey } = await shopWithKey();
    const [admin, merchant] = [await shop.account({ role: 'ADMIN' }), await shop.account({ merchant: true })];
    const secret = 'shpss_0123456789abcdef';
    await shop.mutate('createIntegration', { merchantId: merchant.id, platform: 'SHOPIFY', secret }, 'integration { id }', admin.token);
    const tell = async (topic: string, name: string) => {
      const body = JSON.stringify(fixture(name));
      await post(`${shop.url}/integrations/shopify`, body, shopifyHeaders(secret, topic, body));
      await shop.settle('integrations');
    };
    const statuses = async () =>
      (await shop.data('{ integrationMessages { edges { node { status } } } }', {}, admin.token)).integrationMessages.edges.map(
        ({ node }: { node: { status: string } }) => node.status,
      );
    await tell('orders/create', 'shopify-order');
    expect(await statuses()).toEqual(['PENDING']);
    await changeKey('sealed texts', 'integration keys');
    await tell('products/create', 'shopify-product');
    await shop.connection.collection('integration_inbox').updateMany({ status: 'PENDING' }, { $set: { dueAt: new Date() } });
    await shop.settle('integrations');
    expect(await statuses()).toEqual(['APPLIED', 'APPLIED']);
    await shop.stop();
  });

  test('can be changed without a mail to who unsubscribed under an earlier one', async () => {
    const { shop, changeKey } = await shopWithKey({ INVITATION_DELAY: '0', INVITATION_QUIET_HOURS: '0-0' });
    const merchant = await shop.account({ merchant: true });
    const buyers = [await shop.account(), await shop.account()];
    const deliver = async () => {
      const productId = await shop.product(merchant);
      for (const { id, token } of buyers) {
        await shop.connection.collection('users').updateOne({ _id: storeId(id) }, { $set: { emailConfirmedAt: new Date() } });
        const { order } = await shop.mutate('placeOrder', { items: [{ productId }] }, 'order { id }', token);
        for (const status of ['PAID', 'SHIPPED', 'DELIVERED'])
          await shop.mutate('updateOrderStatus', { orderId: order.id, status }, 'order { id }', merchant.token);
      }
      await shop.settle('invitations');
      const invited = (await shop.mails()).filter(({ text }) => text.includes('/review/unsubscribe/'));
      return buyers.map(({ email }) => invited.filter(({ to }) => to === email));
    };
    const mail = (await deliver())[0]![0]!;
    const [path] = /\/review\/unsubscribe\/[\w.-]+/.exec(mail.text)!;
    expect((await fetch(shop.url + path, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) })).status).toBe(
      200,
    );
    await changeKey('address keys');
    expect((await deliver()).map((mails) => mails.length)).toEqual([1, 2]);
    await shop.stop();
  });

  test('are missed in the log where a restored shop has others, and not where it has all', async () => {
    const lines: string[] = [];
    plaza.logOutput = { write: (line) => void lines.push(line) };
    const warnings = () => lines.filter((line) => line.includes('sealed with a key that this server does not have'));
    await restart(two);
    await plaza.settle('address keys');
    expect(warnings()).toEqual([]);
    for (const others of [`three:${'c'.repeat(32)}`, `two:${'d'.repeat(32)}`]) {
      lines.length = 0;
      await restart(others);
      await plaza.settle('address keys');
      expect(warnings().length).toBeGreaterThan(0);
      expect(warnings()[0]).toContain('"key":"two"');
    }
  });
});
