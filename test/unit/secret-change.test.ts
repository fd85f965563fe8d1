/** What an installation signed goes on while its secret is changed, and ends when the old one is accepted no more. */
import { describe, expect, test } from 'vitest';
import { AccessTokens } from '../../src/modules/user/access-tokens.js';
import { RefreshTokens } from '../../src/modules/user/refresh-tokens.js';
import { Types } from 'mongoose';

const [old, next] = ['the old secret of this installation', 'the next secret of this installation'];
const minute = 60_000;
const session = { _id: 'x'.repeat(24), refreshSecret: 'random' };
const claims = { userId: new Types.ObjectId(), sessionId: session._id };

describe('a changed secret', () => {
  test('accepts access tokens of the old one for as long as that is named', async () => {
    const { token } = await new AccessTokens([old], minute).issue(claims, new Date());
    expect(await new AccessTokens([next, old], minute).verify(token)).toMatchObject({ sessionId: session._id });
    await expect(new AccessTokens([next], minute).verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('signs with the new one', async () => {
    const { token } = await new AccessTokens([next, old], minute).issue(claims, new Date());
    await expect(new AccessTokens([old], minute).verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('says of a token of the old one that it has expired, so that its owner refreshes', async () => {
    const { token } = await new AccessTokens([old], minute).issue(claims, new Date(Date.now() - 2 * minute));
    await expect(new AccessTokens([next, old], minute).verify(token)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  test('accepts refresh tokens of the old one, whose successors are of the new one', () => {
    const token = new RefreshTokens([old]).make(session, 1);
    expect(new RefreshTokens([next, old]).belongs(token, session)).toBe(true);
    expect(new RefreshTokens([next]).belongs(token, session)).toBe(false);
    expect(new RefreshTokens([next]).belongs(new RefreshTokens([next, old]).make(session, 2), session)).toBe(true);
  });
});
