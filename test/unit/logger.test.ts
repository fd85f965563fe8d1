import { describe, expect, test } from 'vitest';
import { createLogger } from '../../src/logger.js';

function logged(write: (log: ReturnType<typeof createLogger>) => void): Record<string, unknown> {
  let line = '';
  write(createLogger('trace', { write: (text) => void (line = text) }));
  return JSON.parse(line) as Record<string, unknown>;
}

describe('the log', () => {
  test('keeps the stack, the code and the causes of an error', () => {
    const cause = Object.assign(new Error('connection reset'), { code: 'ECONNRESET' });
    const { err } = logged((log) => log.error({ err: new TypeError('reading failed', { cause }) }, 'x'));
    expect(err).toMatchObject({
      type: 'TypeError',
      message: 'reading failed',
      stack: expect.stringContaining('logger.test.ts'),
      cause: { message: 'connection reset', code: 'ECONNRESET' },
    });
  });

  test('ends where causes go in circles', () => {
    const error = new Error('round');
    error.cause = error;
    expect(JSON.stringify(logged((log) => log.error({ err: error }, 'x'))).length).toBeLessThan(20_000);
  });

  test('leaves out what an error holds besides', () => {
    const error = Object.assign(new Error('duplicate key'), { keyValue: { email: 'a@b.example' }, command: { password: 'hunter2' } });
    expect(JSON.stringify(logged((log) => log.error({ err: error }, 'x')))).not.toMatch(/hunter2|keyValue/);
  });

  test('has no field that is a secret by its name, however deep', () => {
    const fields = {
      password: 'hunter2',
      request: { headers: { authorization: 'hunter2', host: 'shop' }, list: [{ variables: 'hunter2' }] },
    };
    const written = logged((log) => log.info(fields, 'x'));
    expect(JSON.stringify(written)).not.toContain('hunter2');
    expect(written['request']).toMatchObject({ headers: { authorization: '[redacted]', host: 'shop' } });
    expect(fields.password).toBe('hunter2');
  });

  test.each([
    ['an e-mail address', 'dup key: { email: "jo.müller+shop@mail.example.org" }', 'jo.müller'],
    ['an access token', 'bad eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl here', 'eyJzdWIiOiIxIn0'],
    ['a refresh token', `got ${'a'.repeat(24)}.1.${'B-_'.repeat(14)}B`, 'B-_B-_'],
    ['a header', 'authorization: Bearer abc.def', 'abc.def'],
    ['credentials in an address', 'connect mongodb://shop:hunter2@db.example:27017/plaza', 'hunter2'],
  ])('has no %s inside of a text', (_name, message, secret) => {
    expect(logged((log) => log.error({ err: new Error(message) }, message))).toSatisfy((line) => !JSON.stringify(line).includes(secret));
  });

  test.each([
    ['an e-mail address', 'jo@mail.example.org', 'jo@mail'],
    ['an access token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'eyJzdWIiOiIxIn0'],
    ['a refresh token', `${'a'.repeat(24)}.1.${'B-_'.repeat(14)}B`, 'B-_B-_'],
    ['a header', 'Bearer abc.def', 'abc.def'],
  ])('is JSON, and has no %s after characters that JSON escapes', (_name, text, secret) => {
    for (const before of ['\n', '\t', '\r', '\b', '\u001b', '"', '\\', '\\n']) {
      const line = JSON.stringify(logged((log) => log.error({ err: new Error(`told:${before}${text}`) }, 'x')));
      expect(line, JSON.stringify(before)).not.toContain(secret);
    }
  });

  test.each(['password', 'token', 'refreshToken', 'authorization', 'cookie', 'variables', 'email'])('has no field %s', (name) => {
    expect(JSON.stringify(logged((log) => log.info({ [name]: 'hunter2', input: { [name]: 'hunter2' } }, 'x')))).not.toContain('hunter2');
  });

  test('keeps paths of packages readable', () => {
    expect(logged((log) => log.info({ at: '/app/node_modules/@apollo/server/index.js' }, 'x'))['at']).toBe(
      '/app/node_modules/@apollo/server/index.js',
    );
  });
});
