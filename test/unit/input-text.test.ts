import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RulesBroken } from '../../src/errors.js';
import { InputRules } from '../../src/input/rules.js';
import { beginningOf, flawIn, flawInLine, isBlank, isLongerThan, tidy } from '../../src/input/text.js';
import { webAddress } from '../../src/input/web-address.js';

function codesOf(check: (rules: InputRules) => void): string[] {
  const rules = new InputRules();
  check(rules);
  try {
    rules.check();
    return [];
  } catch (error) {
    return (error as RulesBroken).rules.map(({ code, field }) => `${code} ${field.join('.')}`);
  }
}

describe('text', () => {
  test('that is too long begins with so many whole characters', () => {
    const character = fc.constantFrom('a', 'é', 'e\u0301', '👍🏽', '👩‍👩‍👧‍👦', '\u{20bb7}', '🇩🇪');
    fc.assert(
      fc.property(fc.array(character, { minLength: 2, maxLength: 1500 }), fc.nat(), (characters, cut) => {
        const count = cut % (characters.length - 1);
        expect(beginningOf(characters.join(''), count)).toBe(characters.slice(0, count).join(''));
      }),
    );
  });

  test.each(['Anna', 'zwei\nZeilen\tweit', 'שלום עולם', '𠮷野家', '👩‍👩‍👧‍👦', 'می‌خواهم', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', 'Å'])(
    'is taken as people write it: %j',
    (text) => {
      expect(flawIn(text)).toBeNull();
      expect(isBlank(text)).toBe(false);
    },
  );

  test.each(['a\0b', 'a\u0007', 'a\u0085', '\u009b', 'a\ud800', '\udc00b', 'a\u202eb', 'a\u202d', '\ufffe', `a${'\u0301'.repeat(31)}`])(
    'is refused with what is no text: %j',
    (text) => expect(flawIn(text)).not.toBeNull(),
  );

  test.each(['a\nb', 'a\tb', 'a\u2028b', 'a\u200bb', 'a\u2066b', '\u200fa', '\ufeffa', 'a\u00adb'])(
    'of one line is refused with what is not seen: %j',
    (text) => expect(flawInLine(text)).not.toBeNull(),
  );

  test.each([
    '',
    ' ',
    '\u200b',
    '\u3164',
    '\u2800',
    '\u115f\u1160',
    '\ufe0f',
    '\u200d\u200c',
    '\u00a0\u2003',
    '\u0301',
    '\u{e0041}',
    '\u034f',
  ])('without anything to see is blank: %j', (text) => expect(isBlank(text)).toBe(true));

  test('is counted in characters as people count them', () => {
    const rules = (text: string) => codesOf((all) => all.text(text, { min: 2, max: 3 }, 'name'));
    expect(rules('👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦')).toEqual(rules('abc'));
    expect(rules('👍🏽👍🏽')).toEqual([]);
    expect(rules('e\u0301e\u0301e\u0301e\u0301')).toEqual(['TOO_LONG input.name']);
    expect(rules('👍🏽')).toEqual(['TOO_SHORT input.name']);
    expect(rules(' \n ')).toEqual(['REQUIRED input.name']);
    expect(rules('\u200b')).toEqual(['INVALID input.name']);
    expect(codesOf((all) => all.text('\u3164', { max: 3 }, 'bio'))).toEqual(['INVALID input.bio']);
    expect(codesOf((all) => all.text('', { max: 3 }, 'bio').text(null, { max: 3 }, 'bio'))).toEqual([]);
  });

  test('is longer than a limit exactly where the segmenter counts more', () => {
    const segmenter = new Intl.Segmenter('en');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.nat(40), (text, limit) => {
        const count = [...segmenter.segment(text)].length;
        // Beyond sixteen code units a character, a text is too long however it is counted.
        expect(isLongerThan(text, limit)).toBe(count > limit || text.length > limit * 16);
      }),
    );
  });

  test.each(['\u{1f469}\u200d\u{1f469}\u200d\u{1f467}', '\u{1f1e9}\u{1f1ea}', 'e\u0301', '\r\n', '\uac01'])(
    'is counted piece by piece: %j',
    (character) => {
      const text = `a${character.repeat(400)}`;
      expect([isLongerThan(text, 400), isLongerThan(text, 401)]).toEqual([true, false]);
    },
  );

  test('is tidied once and for all', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void expect(tidy(tidy(text))).toBe(tidy(text))));
    expect(tidy('  A\u030a\r\nb\rc ')).toBe('\u00c5\nb\nc');
  });
});

describe('an address', () => {
  test.each([
    ['https://example.org/a.png', 'https://example.org/a.png'],
    ['HTTP://Example.org', 'http://example.org/'],
    ['https://bücher.example/ä', 'https://xn--bcher-kva.example/%C3%A4'],
  ])('%s is taken', (text, href) => expect(webAddress(text)).toBe(href));

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'blob:https://example.org/1',
    'ftp://example.org',
    'https://user:secret@example.org',
    'https://user@example.org',
    'https://example.org/\u0000',
    'https://exa\tmple.org',
    'https://example.org/\u202ea',
    '//example.org',
    'example.org',
    'https://',
    '',
    `https://example.org/${'a'.repeat(2_048)}`,
    `https://example.org/${'ä'.repeat(1_000)}`,
  ])('%j is refused', (text) => expect(webAddress(text)).toBeNull());
});
