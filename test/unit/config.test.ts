import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.js';

const directory = mkdtempSync(join(tmpdir(), 'plaza-config-'));
const read = (variables: Record<string, string>) => readConfig({ PLAZA_DATA_DIR: directory, ...variables });

describe('the configuration', () => {
  test('works without any variable, on a loopback address, with the demo shop', () => {
    expect(read({})).toMatchObject({ port: 4000, host: '127.0.0.1', demoShop: true, introspection: true, playground: true });
  });

  test.each<Record<string, string>>([
    { NODE_ENV: 'production' },
    { HOST: '0.0.0.0' },
    { HOST: '::' },
    { HOST: '192.0.2.1' },
    { HOST: 'plaza.example' },
  ])('leaves what helps attackers off where others may reach it, unless asked by name: %j', (variables) => {
    const off = { demoShop: false, introspection: false, suggestions: false, playground: false };
    expect(read(variables)).toMatchObject(off);
    const asked = { DEMO_SHOP: 'true', INTROSPECTION: 'true', SUGGESTIONS: 'true', PLAYGROUND: 'true' };
    expect(read({ ...variables, ...asked })).toMatchObject({ demoShop: true, introspection: true, suggestions: true, playground: true });
  });

  test('makes a secret of its own once, and keeps it', () => {
    const { authSecrets } = read({});
    expect(authSecrets[0].length).toBeGreaterThanOrEqual(43);
    expect(read({}).authSecrets).toEqual(authSecrets);
  });

  test('fills no database of somebody’s with the demo shop', () => {
    expect(read({ MONGODB_URI: 'mongodb://localhost/shop' }).demoShop).toBe(false);
  });

  test.each([
    ['NODE_ENV', 'prod'],
    ['NODE_ENV', 'Production'],
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['MONGODB_URI', 'localhost'],
    ['AUTH_SECRET', 'short'],
    ['ENCRYPTION_KEYS', 'short'],
    ['ENCRYPTION_KEYS', `one:${'a'.repeat(31)}`],
    ['ENCRYPTION_KEYS', `one:${'a'.repeat(32)},one:${'b'.repeat(32)}`],
    ['SEARCH_URL', 'meilisearch:7700'],
    ['SEARCH_URL', 'http://user:password@search.example'],
    ['SMTP_URL', 'mail.example.com'],
    ['ACCOUNT_URL', 'https://shop.example/account'],
    ['INTROSPECTION', 'perhaps'],
    ['LOG_LEVEL', 'loud'],
    ['SESSION_LIFETIME', '30'],
    ['SESSION_LIFETIME', '1s'],
    ['ACCESS_TOKEN_LIFETIME', '60d'],
    ['TRAINING_INTERVAL', '-1h'],
    ['MAX_BODY_SIZE', '2'],
    ['MAX_BODY_SIZE', '100gb'],
    ['CONNECTIONS_PER_USER', '0'],
  ])('names a wrong value: %s=%s', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(new RegExp(`${name}: `));
  });

  test('wants to know where the search engine is that a key is for', () => {
    expect(() => read({ SEARCH_API_KEY: 'key' })).toThrow(/SEARCH_URL: /);
    expect(read({ SEARCH_URL: 'http://search:7700/', SEARCH_API_KEY: 'key' }).searchEngine).toEqual({
      url: 'http://search:7700',
      apiKey: 'key',
    });
  });

  test('names every wrong value at once', () => {
    expect(() => read({ PORT: 'eighty', LOG_LEVEL: 'loud' })).toThrow(/PORT: .*\n.*LOG_LEVEL: /);
  });

  test.each([
    ['PORT', 'abc', 'must be a number'],
    ['PORT', '1.5', 'must be a whole number'],
    ['PORT', '99999', 'must be at most 65535'],
    ['PORT', '-1', 'must be at least 0'],
    ['LOG_LEVEL', 'loud', 'must be one of '],
  ])('says what %s may be, where it is %s', (name, value, problem) => {
    expect(() => read({ [name]: value })).toThrow(`${name}: ${problem}`);
  });

  test('reads durations and sizes with their units', () => {
    const { sessionLifetime, recommender, limits } = read({ SESSION_LIFETIME: '90m', TRAINING_INTERVAL: '0', MAX_BODY_SIZE: '512KB' });
    expect([sessionLifetime, recommender.trainingInterval, limits.bodySize]).toEqual([5_400_000, 0, 524_288]);
  });

  test('logs a line a request, but not in the way of somebody at a terminal', () => {
    expect(read({}).logLevel).toBe('info');
    expect(readConfig({ PLAZA_DATA_DIR: directory }, { terminal: true }).logLevel).toBe('warn');
  });

  test('refuses to sign with no secret, or the published one, in production', () => {
    const production = { NODE_ENV: 'production', MONGODB_URI: 'mongodb://localhost/shop' };
    expect(() => read(production)).toThrow('AUTH_SECRET: required in production');
    expect(() => read({ ...production, AUTH_SECRET: 'change-me-change-me-change-me-change-me' })).toThrow(
      'AUTH_SECRET: this is the published example',
    );
  });
});
