/** The client's session where the shop does not answer. */
import { Session } from '@plaza/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A token that ends a number of seconds from now. */
function token(seconds: number): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: 'somebody', iat: now - 60, exp: now + seconds };
  return ['', Buffer.from(JSON.stringify(claims)).toString('base64url'), ''].join('.');
}

test('a refresh without an answer is given up, and is tried again', async () => {
  let silent = true;
  const fresh = token(900);
  const body = JSON.stringify({ data: { answer: { accessToken: fresh, refreshToken: 'next' } } });
  const answer = (): Promise<Response> => (silent ? new Promise(() => {}) : Promise.resolve(new Response(body)));
  const session = new Session({ url: 'http://shop.example/graphql', mode: 'memory', fetch: answer });
  session.start({ accessToken: token(10), refreshToken: 'first' });
  const givenUp = expect(session.refresh()).rejects.toThrow('The shop does not answer.');
  await vi.advanceTimersByTimeAsync(35_000);
  await givenUp;
  expect(session.signedIn).toBe(true);
  silent = false;
  await session.refresh();
  expect(session.currentToken).toBe(fresh);
  session.close();
});
