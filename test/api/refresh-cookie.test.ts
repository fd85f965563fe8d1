/** Refresh tokens in a cookie, for clients that keep none where a script could read it. */
import { describe, expect, test } from 'vitest';
import { usePlaza } from '../support/plaza.js';

const shop = 'https://shop.example';
const plaza = usePlaza({ REFRESH_TOKEN_COOKIE: 'true', PUBLIC_URL: 'https://api.shop.example', CORS_ORIGINS: shop });

const session = 'accessToken refreshToken userErrors { code field }';

/** What a browser's page does: its origin stands in the request, and the cookie goes along. */
async function send(query: string, { cookie, origin = shop, token }: { cookie?: string; origin?: string; token?: string } = {}) {
  const response = await fetch(`${plaza.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      origin,
      ...(cookie && { cookie: cookie.split(';')[0]! }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const { data, errors } = (await response.json()) as { data?: any; errors?: any };
  return { status: response.status, headers: response.headers, data, errors, cookie: response.headers.getSetCookie()[0] };
}

let people = 0;

async function signUp() {
  const name = `cookie${++people}`;
  const input = `{ email: "${name}@example.org", password: "correct horse ${name} battery", handle: "${name}", name: "Name" }`;
  const { data, cookie, headers } = await send(`mutation { session: signUp(input: ${input}) { ${session} } }`);
  return { ...data.session, cookie: cookie!, headers };
}

const refresh = `mutation { session: refreshSession(input: {}) { ${session} } }`;

describe('a refresh token in a cookie', () => {
  test('is in no answer, and in a cookie that no script reads and no other site sends', async () => {
    const { accessToken, refreshToken, userErrors, cookie, headers } = await signUp();
    expect({ refreshToken, userErrors }).toEqual({ refreshToken: null, userErrors: [] });
    expect(accessToken).toEqual(expect.any(String));
    expect(cookie).toMatch(/^plaza_refresh=[^;]+; /);
    for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/graphql', 'Expires=']) expect(cookie).toContain(attribute);
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('access-control-allow-origin')).toBe(shop);
  });

  test('refreshes the session, and each answer sets the next one', async () => {
    const { cookie } = await signUp();
    const first = await send(refresh, { cookie });
    expect(first.data.session).toMatchObject({ accessToken: expect.any(String), refreshToken: null, userErrors: [] });
    expect(first.cookie).not.toBe(cookie);
    const second = await send(refresh, { cookie: first.cookie! });
    expect(second.data.session).toMatchObject({ accessToken: expect.any(String), userErrors: [] });
  });

  test('is asked for where there is none', async () => {
    expect((await send(refresh)).data.session).toMatchObject({
      accessToken: null,
      userErrors: [{ code: 'REQUIRED', field: ['input', 'refreshToken'] }],
    });
  });

  test('is of no use to a page of another origin', async () => {
    const { cookie } = await signUp();
    const stolen = await send(refresh, { cookie, origin: 'https://evil.example' });
    expect(stolen).toMatchObject({ status: 403, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    expect(stolen.cookie).toBeUndefined();
    expect((await send(refresh, { cookie })).data.session.userErrors).toEqual([]);
  });

  test('ends its session without an access token, and is taken away then', async () => {
    const { cookie } = await signUp();
    const out = await send('mutation { signOut(input: {}) { signedOut userErrors { code } } }', { cookie });
    expect(out.data.signOut).toEqual({ signedOut: true, userErrors: [] });
    expect(out.cookie).toMatch(/^plaza_refresh=;/);
    expect((await send(refresh, { cookie })).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('does not end all sessions of its user without an access token', async () => {
    const { cookie } = await signUp();
    const out = await send('mutation { signOut(input: { everywhere: true }) { signedOut } }', { cookie });
    expect(out.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect((await send(refresh, { cookie })).data.session.userErrors).toEqual([]);
  });
});
