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

  test('makes a secret of its own once, and keeps it', () => {
    const { authSecret } = read({});
    expect(authSecret.length).toBeGreaterThanOrEqual(43);
    expect(read({}).authSecret).toBe(authSecret);
  });

  test('fills no database of somebody’s with the demo shop', () => {
    expect(read({ MONGODB_URI: 'mongodb://localhost/shop' }).demoShop).toBe(false);
  });

  test.each([
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['MONGODB_URI', 'localhost'],
    ['AUTH_SECRET', 'short'],
    ['INTROSPECTION', 'perhaps'],
    ['LOG_LEVEL', 'loud'],
  ])('names a wrong value: %s=%s', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(new RegExp(`${name}: `));
  });

  test('refuses to sign with no secret, or the published one, in production', () => {
    const production = { NODE_ENV: 'production', MONGODB_URI: 'mongodb://localhost/shop' };
    expect(() => read(production)).toThrow('AUTH_SECRET: required in production');
    expect(() => read({ ...production, AUTH_SECRET: 'change-me-change-me-change-me-change-me' })).toThrow(
      'AUTH_SECRET: this is the published example',
    );
  });
});
