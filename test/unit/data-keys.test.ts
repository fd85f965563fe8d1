import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataKeys } from '../../src/data-keys.js';

const [first, second] = [
  { id: 'one', secret: 'a'.repeat(32) },
  { id: 'two', secret: 'b'.repeat(32) },
];

describe('data keys', () => {
  test('open what they sealed, and every sealing looks different', () => {
    const keys = new DataKeys([first]);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
        const sealed = keys.seal(text, context);
        expect(keys.open(sealed, context)).toBe(text);
        expect(keys.seal(text, context)).not.toBe(sealed);
      }),
    );
  });

  test('open nothing that was changed, or is of another context', () => {
    const keys = new DataKeys([first]);
    const sealed = keys.seal('ann@example.org', 'address');
    expect(() => keys.open(sealed, 'mail')).toThrow();
    for (let at = 'one.'.length; at < sealed.length - 1; at++) {
      const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
      expect(() => keys.open(changed, 'address')).toThrow();
    }
  });

  test('open what an earlier key sealed, and seal with the first', () => {
    const sealed = new DataKeys([first]).seal('x', 'y');
    const rotated = new DataKeys([second, first]);
    expect(rotated.open(sealed, 'y')).toBe('x');
    expect(rotated.seal('x', 'y')).toMatch(/^two\./);
    expect(() => new DataKeys([second]).open(sealed, 'y')).toThrow('The key "one" is not among ENCRYPTION_KEYS.');
  });

  test('digest the same text to the same bytes, and differently for every key and purpose', () => {
    const keys = new DataKeys([second, first]);
    expect(keys.digest('x', 'a')).toEqual(new DataKeys([second]).digest('x', 'a'));
    expect(keys.digests('x', 'a')[1]).toEqual(new DataKeys([first]).digest('x', 'a'));
    expect(keys.digest('x', 'a')).not.toEqual(keys.digest('x', 'b'));
  });
});
