import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Plaza } from '../support/plaza.js';

const plaza = new Plaza();
const issuer = 'https://id.example.org/';
const audience = 'plaza';

let provider: Server;
let key: CryptoKey;
let foreignKey: CryptoKey;
let nextKey: CryptoKey;
let nextPublished: object;
const published: { keys: object[] } = { keys: [] };

beforeAll(async () => {
  const pair = await generateKeyPair('RS256');
  key = pair.privateKey;
  foreignKey = (await generateKeyPair('RS256')).privateKey;
  const next = await generateKeyPair('RS256');
  nextKey = next.privateKey;
  published.keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }];
  nextPublished = { ...(await exportJWK(next.publicKey)), kid: 'two', alg: 'RS256', use: 'sig' };
  provider = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(published)));
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const { port } = provider.address() as AddressInfo;
  await plaza.start({ AUTH_JWKS_URL: `http://127.0.0.1:${port}/keys`, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience });
});

afterAll(async () => {
  await plaza.stop();
  provider.close();
});

interface Claims {
  subject?: string;
  issuer?: string;
  audience?: string;
  expires?: string;
  signedBy?: CryptoKey;
  kid?: string;
  extra?: object;
}

function token({ subject = 'person-1', expires = '5m', signedBy = key, kid = 'one', extra = {}, ...claims }: Claims = {}): Promise<string> {
  return new SignJWT({ ...extra })
    .setProtectedHeader({ alg: 'RS256', kid })
    .setSubject(subject)
    .setIssuer(claims.issuer ?? issuer)
    .setAudience(claims.audience ?? audience)
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(signedBy);
}

const whoAmI = async (jwt: string) => plaza.query('{ viewer { email user { handle name roles } } }', {}, jwt);

describe('a token of the outside identity provider', () => {
  test('opens an account at first sight, and the same one from then on, also by fifty requests at once', async () => {
    const extra = { preferred_username: 'grace.hopper', name: 'Grace Hopper' };
    const answers = await Promise.all(Array.from({ length: 50 }, async () => whoAmI(await token({ subject: 'grace', extra }))));
    const users = answers.map(({ data }) => data.viewer.user);
    expect(new Set(users.map(({ handle }: { handle: string }) => handle)).size).toBe(1);
    expect(users[0]).toMatchObject({ name: 'Grace Hopper', roles: ['BUYER'] });
    expect(users[0].handle).toMatch(/^gracehopper_[0-9a-f]{10}$/);
    expect((await whoAmI(await token({ subject: 'other' }))).data.viewer.user.handle).not.toBe(users[0].handle);
  });

  test('is refused when it is forged, of another issuer or for another audience, and told when it has expired', async () => {
    const bad = await Promise.all([
      token({ signedBy: foreignKey }),
      token({ issuer: 'https://elsewhere.example/' }),
      token({ audience: 'another shop' }),
    ]);
    for (const jwt of bad) {
      const { status, errors } = await whoAmI(jwt);
      expect(status).toBe(401);
      expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    }
    expect((await whoAmI(await token({ expires: '-1m' }))).errors).toMatchObject([{ extensions: { code: 'TOKEN_EXPIRED' } }]);
  });

  test('is refused when it is signed with the public key as a shared secret', async () => {
    const forged = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .setSubject('x')
      .setIssuer(issuer)
      .setAudience(audience)
      .setExpirationTime('5m')
      .sign(new TextEncoder().encode('one'.repeat(20)));
    expect((await whoAmI(forged)).status).toBe(401);
  });

  test('works like one’s own for writing, and ends at once with a ban', async () => {
    const jwt = await token({ subject: 'writer' });
    const merchant = await plaza.account({ merchant: true });
    const moderator = await plaza.account({ role: 'MODERATOR' });
    const productId = await plaza.product(merchant);
    const { comment } = await plaza.mutate('addComment', { subjectId: productId, body: 'Hello' }, 'comment { author { id } }', jwt);
    const events = await plaza.subscribe('subscription { feedItemAdded { cursor } }', {}, jwt);
    await plaza.mutate(
      'moderateContent',
      { contentId: comment.author.id, action: 'BAN', reason: 'x' },
      'entry { createdAt }',
      moderator.token,
    );
    await expect(events.next()).rejects.toMatchObject({ code: 4401 });
    expect((await whoAmI(jwt)).status).toBe(401);
  });

  test('is erased without a password', async () => {
    const jwt = await token({ subject: 'leaver' });
    await whoAmI(jwt);
    expect(await plaza.mutate('eraseMe', { confirm: true }, 'erased', jwt)).toEqual({ erased: true, userErrors: [] });
  });

  test('leaves the shop’s own accounts as they are', async () => {
    const account = await plaza.account();
    expect((await whoAmI(account.token)).data.viewer.email).toBe(account.email);
  });
});

describe('while the keys of the identity provider cannot be fetched', () => {
  let now = Date.now();
  afterEach(() => void vi.useRealTimers());

  function pass(minutes: number): void {
    now += minutes * 60_000;
    vi.useFakeTimers({ toFake: ['Date'], now });
  }

  test('those of the last time go on for a day, and who cannot be told is not taken for a forger', async () => {
    const { port } = provider.address() as AddressInfo;
    expect((await whoAmI(await token())).status).toBe(200);
    provider.closeAllConnections();
    await new Promise((resolve) => provider.close(resolve));
    pass(11);
    expect((await whoAmI(await token())).status).toBe(200);
    expect((await whoAmI(await token({ signedBy: foreignKey }))).status).toBe(401);
    const ofNextKey = () => token({ signedBy: nextKey, kid: 'two' });
    const unchecked = await whoAmI(await ofNextKey());
    expect(unchecked).toMatchObject({ status: 503, errors: [{ extensions: { code: 'SIGN_IN_UNAVAILABLE' } }] });
    pass(25 * 60);
    expect((await whoAmI(await token())).status).toBe(503);
    published.keys.push(nextPublished);
    await new Promise<void>((resolve) => provider.listen(port, '127.0.0.1', resolve));
    pass(1);
    expect([(await whoAmI(await ofNextKey())).status, (await whoAmI(await token())).status]).toEqual([200, 200]);
  });
});
