import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { storeId, usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();
const whoAmI = '{ viewer { email emailConfirmed user { handle } } }';
const newPassword = 'battery staple 42';

let names = 0;
const fresh = (): string => `person${++names}_${Math.random().toString(36).slice(2, 8)}`;

const signUp = (input: object) =>
  plaza.mutate(
    'signUp',
    { password: 'correct horse', handle: fresh(), name: 'Ann', ...input },
    'accessToken refreshToken user { id handle }',
  );
const signIn = (email: string, password: string) => plaza.mutate('signIn', { email, password }, 'accessToken user { id }');
const works = async (token: string) => (await plaza.query(whoAmI, {}, token)).status === 200;

async function resetToken({ email }: Pick<Account, 'email'>): Promise<string> {
  await plaza.mutate('requestPasswordReset', { email }, 'requested');
  return (await plaza.mailTo(email, 'Reset your password'))!.token!;
}

describe.each([
  [
    'de',
    'Bestätige deine E-Mail-Adresse',
    'Setze dein Passwort zurück',
    'Dein Passwort wurde geändert',
    'Du hast schon ein Konto bei Plaza',
  ],
  ['es', 'Confirma tu dirección de correo', 'Restablece tu contraseña', 'Tu contraseña ha cambiado', 'Ya tienes una cuenta en Plaza'],
  ['zh', '确认你的邮箱地址', '重置你的密码', '你的密码已更改', '你在 Plaza 已有账户'],
  // Whoever reads another language is written to in English.
  ['ar', 'Confirm your email address', 'Reset your password', 'Your password was changed', 'You already have an account at Plaza'],
])('a person who signed up in the language %s', (language, confirm, reset, changed, known) => {
  const email = `${fresh()}@example.org`;
  const subjects = async () => (await plaza.mails()).filter(({ to }) => to === email).map(({ subject }) => subject);
  const inTheirLanguage = (operation: string, input: object, type: string) =>
    plaza.post(
      JSON.stringify({
        query: `mutation ($input: ${type}!) { ${operation}(input: $input) { userErrors { code } } }`,
        variables: { input },
      }),
      {
        'accept-language': language,
      },
    );

  test('is written to in it, whoever causes the mail', async () => {
    await inTheirLanguage('signUp', { email, password: 'correct horse', handle: fresh(), name: 'Ann' }, 'SignUpInput');
    expect(await subjects()).toEqual([confirm]);
    await plaza.mutate('requestPasswordReset', { email }, 'requested');
    const { token } = (await plaza.mailTo(email, reset))!;
    await plaza.mutate('resetPassword', { token, newPassword }, 'reset');
    await signUp({ email });
    expect(await subjects()).toEqual([confirm, reset, changed, known]);
  });

  test('finds the page behind the links in it', async () => {
    const page = await (await fetch(`${plaza.url}/account`, { headers: { 'accept-language': language } })).text();
    expect(page).toContain(`<html lang="${language === 'ar' ? 'en' : language}">`);
    expect(page).toContain(JSON.stringify(language === 'es' ? 'Confirma tu dirección de correo' : confirm));
  });
});

describe('signing up', () => {
  test('mails a link that confirms the address, once', async () => {
    const { email, token } = await plaza.signUp();
    expect((await plaza.data(whoAmI, {}, token)).viewer).toMatchObject({ email, emailConfirmed: false });
    const mail = (await plaza.mailTo(email))!;
    expect(mail.subject).toBe('Confirm your email address');
    expect(statSync(mail.path).mode & 0o777).toBe(0o600);
    expect(await plaza.mutate('confirmEmail', { token: mail.token }, 'confirmed')).toEqual({ confirmed: true, userErrors: [] });
    expect((await plaza.data(whoAmI, {}, token)).viewer.emailConfirmed).toBe(true);
    expect((await plaza.mutate('confirmEmail', { token: mail.token }, 'confirmed')).userErrors).toMatchObject([
      { code: 'INVALID', field: ['input', 'token'] },
    ]);
  });

  test('answers the same whether or not somebody has an account with the address, and tells its owner', async () => {
    const owner = await plaza.signUp();
    const free = `${fresh()}@example.org`;
    const shapes: unknown[] = [];
    for (const email of [owner.email, owner.email.toUpperCase(), free]) {
      const password = `another secret ${shapes.length}`;
      const { accessToken, user, userErrors } = await signUp({ email, password });
      const again = await signIn(email, password);
      const { viewer } = await plaza.data(whoAmI, {}, accessToken);
      shapes.push([userErrors, again.user.id === user.id, viewer.email === email, viewer.emailConfirmed]);
    }
    expect(shapes).toEqual([shapes[0], shapes[0], shapes[0]]);
    expect(shapes[0]).toEqual([[], true, true, false]);
    expect((await plaza.mailTo(owner.email))!.subject).toBe('You already have an account at Plaza');
    expect((await signIn(owner.email, owner.password)).user.id).toBe(owner.id);
    expect((await signIn(owner.email, 'neither of them')).userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
  });

  test('leaves an address to whom it belongs: a reset is mailed for the first account, and no other can confirm it', async () => {
    const owner = await plaza.signUp();
    const other = await signUp({ email: owner.email, password: 'another secret' });
    const token = await resetToken(owner);
    await plaza.mutate('resetPassword', { token, newPassword }, 'reset');
    expect((await signIn(owner.email, newPassword)).user.id).toBe(owner.id);
    expect((await signIn(owner.email, 'another secret')).user.id).toBe(other.user.id);
    const mails = (await plaza.mails()).filter(({ to, subject }) => to === owner.email && subject.startsWith('Confirm'));
    expect(mails).toHaveLength(1);
  });

  test.each([
    'password',
    '12345678',
    'Passw0rd!',
    'qwertyuiop',
    'aaaaaaaaaaaaaaaa',
    'Plaza2026!',
    'plaza-2026',
    'Summer2024!',
    '!!Winter2025',
    'admin@123',
  ])('refuses a password that is easy to guess: %s', async (password) => {
    const payload = await signUp({ email: `${fresh()}@example.org`, password });
    expect(payload).toMatchObject({ accessToken: null, userErrors: [{ code: 'TOO_WEAK', field: ['input', 'password'] }] });
  });

  test('refuses a password made of one’s own address or handle', async () => {
    const handle = 'grace_hopper_46';
    const payload = await signUp({ email: 'gracehopper@example.org', handle, password: 'gracehopper' });
    expect(payload.userErrors).toMatchObject([{ code: 'TOO_WEAK' }]);
  });

  test('takes a password in either normal form', async () => {
    const email = `${fresh()}@example.org`;
    await signUp({ email, password: 'cre\u0300me bru\u0302le\u0301e' });
    expect((await signIn(email, 'cr\u00e8me br\u00fbl\u00e9e')).userErrors).toEqual([]);
  });

  test.each([
    ...['admin', 'Admin', 'adm1n', 'plaza_support', 'p1aza', 'moderator', 'M0derat0r', 'staff', 'support_team', 'root', '_staff_'],
    ...[
      'moderators',
      'Admins',
      'plazasupport',
      'supportteam',
      'theadmin',
      'The_Real_Plaza',
      'administration',
      'shop_owner',
      'plazacustomercare7',
    ],
  ])('refuses the handle %s, which looks like the shop’s own', async (handle) => {
    const payload = await signUp({ email: `${fresh()}@example.org`, handle });
    expect(payload.userErrors).toMatchObject([{ code: 'NOT_ALLOWED', field: ['input', 'handle'] }]);
  });
});

test.each(['ada_lovelace', 'systematic', 'plazarosa', 'rooted', 'stafford', 'theshopper', 'supportive_sam'])(
  'the handle %s is anybody’s to choose',
  async (handle) => {
    expect((await signUp({ email: `${fresh()}@example.org`, handle })).userErrors).toEqual([]);
  },
);

describe('changing the password', () => {
  test('needs the old one, and ends all other sessions', async () => {
    const account = await plaza.signUp();
    const other = await signIn(account.email, account.password);
    const change = (currentPassword: string, next: string) =>
      plaza.mutate('changePassword', { currentPassword, newPassword: next }, 'changed', account.token);
    expect((await change('wrong', newPassword)).userErrors).toMatchObject([
      { code: 'INVALID_CREDENTIALS', field: ['input', 'currentPassword'] },
    ]);
    expect((await change(account.password, 'password')).userErrors).toMatchObject([{ code: 'TOO_WEAK', field: ['input', 'newPassword'] }]);
    expect(await works(other.accessToken)).toBe(true);
    expect(await change(account.password, newPassword)).toEqual({ changed: true, userErrors: [] });
    expect(await works(other.accessToken)).toBe(false);
    expect(await works(account.token)).toBe(true);
    expect((await signIn(account.email, account.password)).userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
    expect((await signIn(account.email, newPassword)).user.id).toBe(account.id);
    expect((await plaza.mailTo(account.email))!.subject).toBe('Your password was changed');
  });

  test('from the same old one by a hundred at once, lets one of them', async () => {
    const account = await plaza.signUp();
    const input = (at: number) => ({ currentPassword: account.password, newPassword: `${newPassword} ${at}` });
    const tries = await Promise.all(
      Array.from({ length: 100 }, (_, at) => plaza.mutate('changePassword', input(at), 'changed', account.token)),
    );
    expect(tries.filter(({ changed }) => changed)).toHaveLength(1);
    expect(tries.filter(({ userErrors }) => userErrors[0]?.code === 'INVALID_CREDENTIALS')).toHaveLength(99);
    const winner = tries.findIndex(({ changed }) => changed);
    expect((await signIn(account.email, `${newPassword} ${winner}`)).user.id).toBe(account.id);
  });

  test.each(['the account of an address', 'a second account with an address'])(
    'ends what signs in with the old one meanwhile: %s',
    async (which) => {
      const owner = await plaza.signUp();
      const second = await signUp({ email: owner.email, password: 'another secret' });
      const isSecond = which.startsWith('a second');
      const [token, password] = isSecond ? [second.accessToken, 'another secret'] : [owner.token, owner.password];
      const input = { currentPassword: password, newPassword };
      const meanwhile = async () => {
        const [opened] = await Promise.all([
          Promise.all(Array.from({ length: 30 }, () => signIn(owner.email, password))),
          plaza.mutate('changePassword', input, 'changed', token),
        ]);
        return opened.flatMap(({ accessToken }) => accessToken ?? []);
      };
      const opened = await meanwhile();
      expect(opened.length).toBeGreaterThan(0);
      expect((await signIn(owner.email, password)).userErrors).toHaveLength(1);
      expect(await Promise.all(opened.map(works))).toEqual(opened.map(() => false));
      expect(await works(token)).toBe(true);
    },
  );

  test('also of a second account with the same address', async () => {
    const owner = await plaza.signUp();
    const other = await signUp({ email: owner.email, password: 'another secret' });
    const input = { currentPassword: 'another secret', newPassword };
    expect((await plaza.mutate('changePassword', input, 'changed', other.accessToken)).changed).toBe(true);
    expect((await signIn(owner.email, newPassword)).user.id).toBe(other.user.id);
    expect((await signIn(owner.email, 'another secret')).userErrors).toHaveLength(1);
    expect((await signIn(owner.email, owner.password)).user.id).toBe(owner.id);
  });
});

describe('a forgotten password', () => {
  test('is reset with a mailed token, which ends all sessions and confirms the address', async () => {
    const account = await plaza.signUp();
    const token = await resetToken(account);
    expect(await plaza.mutate('resetPassword', { token, newPassword }, 'reset')).toEqual({ reset: true, userErrors: [] });
    expect(await works(account.token)).toBe(false);
    const { accessToken } = await signIn(account.email, newPassword);
    expect((await plaza.data(whoAmI, {}, accessToken)).viewer.emailConfirmed).toBe(true);
  });

  test('asks for a strong one without spending the token, and works once, also for a hundred at once', async () => {
    const account = await plaza.signUp();
    const token = await resetToken(account);
    expect((await plaza.mutate('resetPassword', { token, newPassword: 'password' }, 'reset')).userErrors).toMatchObject([
      { code: 'TOO_WEAK' },
    ]);
    const tries = await Promise.all(
      Array.from({ length: 100 }, (_, at) => plaza.mutate('resetPassword', { token, newPassword: `${newPassword} ${at}` }, 'reset')),
    );
    expect(tries.filter(({ reset }) => reset)).toHaveLength(1);
    expect(tries.filter(({ userErrors }) => userErrors[0]?.code === 'INVALID')).toHaveLength(99);
    const winner = tries.findIndex(({ reset }) => reset);
    expect((await signIn(account.email, `${newPassword} ${winner}`)).user.id).toBe(account.id);
  });

  test('is asked for with the same answer and the same work where there is no account', async () => {
    const { email } = await plaza.signUp();
    const ask = (address: string) => plaza.mutate('requestPasswordReset', { email: address }, 'requested');
    const nobody = `${fresh()}@example.org`;
    const commands = [];
    for (const address of [email, nobody]) {
      const sent = await plaza.storeCommands(() => ask(address));
      commands.push(sent.map(({ name }) => name));
    }
    expect(commands[0]).toEqual(commands[1]);
    expect(await ask(email)).toEqual(await ask(nobody));
    expect(await plaza.mailTo(nobody)).toBeUndefined();
  });

  test('is no means to fill somebody’s inbox', async () => {
    const { email } = await plaza.signUp();
    for (let at = 0; at < 12; at++) await plaza.mutate('requestPasswordReset', { email }, 'requested');
    expect((await plaza.mails()).filter(({ to }) => to === email).length).toBeLessThanOrEqual(5);
  });

  test('does not give in to a made-up, foreign or old token', async () => {
    const account = await plaza.signUp();
    const confirming = (await plaza.mailTo(account.email))!.token!;
    const token = await resetToken(account);
    await plaza.connection
      .collection('account_tokens')
      .updateMany({ user: storeId(account.id), purpose: 'RESET_PASSWORD' }, { $set: { expiresAt: new Date() } });
    for (const wrong of [confirming, token, 'x'.repeat(43), '', 'x'.repeat(100_000)]) {
      const { userErrors } = await plaza.mutate('resetPassword', { token: wrong, newPassword }, 'reset');
      expect(userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'token'] }]);
    }
  });
});

describe('changing the address', () => {
  test('happens when the new one is confirmed, and the old one is told', async () => {
    const account = await plaza.signUp();
    const email = `${fresh()}@example.org`;
    const wrong = await plaza.mutate('changeEmail', { email, password: 'wrong' }, 'requested', account.token);
    expect(wrong.userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS', field: ['input', 'password'] }]);
    await plaza.mutate('changeEmail', { email, password: account.password }, 'requested', account.token);
    expect((await plaza.data(whoAmI, {}, account.token)).viewer.email).toBe(account.email);
    await plaza.mutate('confirmEmail', { token: (await plaza.mailTo(email))!.token }, 'confirmed');
    expect((await plaza.data(whoAmI, {}, account.token)).viewer).toMatchObject({ email, emailConfirmed: true });
    expect((await signIn(email, account.password)).user.id).toBe(account.id);
    expect((await signIn(account.email, account.password)).userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
    expect((await plaza.mailTo(account.email))!.subject).toBe('Your email address was changed');
    expect((await signUp({ email: account.email })).userErrors).toEqual([]);
  });

  test.each(['changed', 'reset'])('comes to nothing where the password was %s since it was asked for', async (how) => {
    const account = await plaza.signUp();
    const email = `${fresh()}@example.org`;
    const token = await resetToken(account);
    await plaza.mutate('changeEmail', { email, password: account.password }, 'requested', account.token);
    if (how === 'reset') await plaza.mutate('resetPassword', { token, newPassword }, 'reset');
    else await plaza.mutate('changePassword', { currentPassword: account.password, newPassword }, 'changed', account.token);
    const confirmed = await plaza.mutate('confirmEmail', { token: (await plaza.mailTo(email))!.token }, 'confirmed');
    expect(confirmed.userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'token'] }]);
    const { accessToken } = await signIn(account.email, newPassword);
    expect((await plaza.data(whoAmI, {}, accessToken)).viewer.email).toBe(account.email);
  });

  test('makes useless what was mailed to the old one to reset the password', async () => {
    const account = await plaza.signUp();
    const email = `${fresh()}@example.org`;
    const token = await resetToken(account);
    await plaza.mutate('changeEmail', { email, password: account.password }, 'requested', account.token);
    await plaza.mutate('confirmEmail', { token: (await plaza.mailTo(email))!.token }, 'confirmed');
    expect((await plaza.mutate('resetPassword', { token, newPassword }, 'reset')).userErrors).toMatchObject([{ code: 'INVALID' }]);
    expect((await signIn(email, account.password)).user.id).toBe(account.id);
  });

  test('does not tell whose the new one is', async () => {
    const [account, owner] = [await plaza.signUp(), await plaza.signUp()];
    const ask = (email: string) => plaza.mutate('changeEmail', { email, password: account.password }, 'requested', account.token);
    expect(await ask(owner.email)).toEqual(await ask(`${fresh()}@example.org`));
    const mail = (await plaza.mailTo(owner.email))!;
    expect(mail).toMatchObject({ subject: 'You already have an account at Plaza', token: undefined });
  });
});

describe('what the store holds', () => {
  test('shows no address, no password and no token', async () => {
    const { email, password, refreshToken } = await plaza.signUp();
    const token = await resetToken({ email });
    const collections = await plaza.connection.db!.listCollections().toArray();
    const documents = await Promise.all(collections.map(({ name }) => plaza.connection.collection(name).find().toArray()));
    const text = JSON.stringify(documents);
    for (const secret of [email, password, token, refreshToken, refreshToken.split('.')[2]!]) expect(text).not.toContain(secret);
  });
});

describe('an error about a password', () => {
  const huge = 'secret '.repeat(20_000);
  const operations: [string, string, object][] = [
    [
      'a number',
      'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }',
      { email: 'a@example.org', password: 918273645 },
    ],
    [
      'a list',
      'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }',
      { email: 'a@example.org', password: ['hunter2secret'] },
    ],
    ['an object', 'mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken } }', { password: { of: 'hunter2secret' } }],
    [
      'an unknown field beside',
      'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }',
      { email: 'a@example.org', password: 'hunter2secret', more: 1 },
    ],
    ['a missing field beside', 'mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken } }', { password: 'hunter2secret' }],
    [
      '140 kB',
      'mutation ($input: SignUpInput!) { signUp(input: $input) { userErrors { code message } } }',
      { email: 'a@example.org', handle: 'abc', name: 'x', password: huge },
    ],
    [
      'wrong credentials',
      'mutation ($input: SignInInput!) { signIn(input: $input) { userErrors { message } } }',
      { email: 'a@example.org', password: 'hunter2secret' },
    ],
  ];

  test.each(operations)('does not say it: %s', async (_name, query, input) => {
    const text = JSON.stringify(await plaza.query(query, { input }));
    for (const secret of ['hunter2secret', '918273645', 'secret secret']) expect(text).not.toContain(secret);
  });

  test.each([
    'mutation { signIn(input: { email: "a@example.org", password: 918273645 }) { accessToken } }',
    'mutation { signIn(input: { email: "a@example.org", password: hunter2secret }) { accessToken } }',
    'mutation { signIn(input: { email: "a@example.org", password: ["hunter2secret"] }) { accessToken } }',
    'mutation { changePassword(input: { currentPassword: 918273645, newPassword: 918273645 }) { changed } }',
    'mutation { signIn(input: { email: "a@example.org", password: "hunter2secret" } { accessToken } }',
  ])('does not say it where it stands in the document: %s', async (query) => {
    const text = JSON.stringify(await plaza.query(query));
    for (const secret of ['hunter2secret', '918273645']) expect(text).not.toContain(secret);
  });
});
