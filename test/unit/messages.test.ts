import { readFileSync, readdirSync } from 'node:fs';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, test } from 'vitest';
import { chinese } from '../../src/messages/chinese.js';
import { german } from '../../src/messages/german.js';
import { languageOf, listOf, translate, type MessageText } from '../../src/messages/index.js';
import { spanish } from '../../src/messages/spanish.js';
import { sentenceFor } from '../../src/modules/notification/notification-words.js';

const texts = Object.keys(german) as MessageText[];
const folder = new URL('../../src/', import.meta.url);
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('messages/'))
  .map((file) => readFileSync(new URL(file, folder), 'utf8'))
  .join('\n');

function valuesOf(pattern: string, language: string): string[] {
  const names = (parts: ReturnType<IntlMessageFormat['getAst']>): string[] =>
    parts.flatMap((part) => ('value' in part && part.type !== 0 ? [part.value] : []));
  return [...new Set(names(new IntlMessageFormat(pattern, language).getAst()))].sort();
}

describe('every message', () => {
  test.each([
    ['de', german],
    ['es', spanish],
    ['zh', chinese],
  ])('names the same values in %s as in English', (language, translated) => {
    // English verbs in the past are the same for one and for many, those of other languages are not.
    const named = (pattern: string, spoken: string) => valuesOf(pattern, spoken).filter((value) => value !== 'people');
    for (const text of texts) expect([text, named(translated[text], language)]).toEqual([text, named(text, 'en')]);
  });

  test('is said somewhere', () => {
    expect(texts.filter((text) => !sources.includes(`'${text}'`))).toEqual([]);
  });
});

test('numbers and plurals follow the language', () => {
  const limit = { text: 'This can have at most {max, plural, one {# character} other {# characters}}.', values: { max: 5000 } } as const;
  expect(translate(limit, 'en')).toBe('This can have at most 5,000 characters.');
  expect(translate({ ...limit, values: { max: 1 } }, 'en')).toBe('This can have at most 1 character.');
  expect(translate(limit, 'zh')).toBe('最多 5000 个字符。');
  expect(listOf(['A', 'B', 'C'], 'en')).toBe('A, B, and C');
  expect(listOf(['A', 'B'], 'de')).toBe('A und B');
});

test('what several people did is told of several', () => {
  const told = { kind: 'PRODUCT_REFERRED', actor: 'Ada', actorCount: 3, subject: 'Tea' } as const;
  expect(sentenceFor(told, 'en')).toBe('Ada and 2 others recommend Tea');
  expect(sentenceFor({ ...told, actorCount: 1 }, 'en')).toBe('Ada recommends Tea');
  expect(sentenceFor({ ...told, kind: 'COMMENTED' }, 'de')).toBe('Ada und 2 weitere haben deinen Beitrag kommentiert');
  expect(sentenceFor({ ...told, kind: 'MENTIONED', actor: null, actorCount: 0 }, 'es')).toBe('Alguien te ha mencionado');
});

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['de-AT,de;q=0.9,en;q=0.8', 'de'],
  ['zh-CN,zh;q=0.9', 'zh'],
  ['zh-Hant-TW', 'zh'],
  ['fr-FR,es;q=0.5', 'es'],
  ['fr', 'en'],
  ['en;q=0.1, es-MX;q=0.9', 'es'],
  ['*', 'en'],
  ['de;q=0', 'en'],
  ['\u0000;;q=,,', 'en'],
  [`${'x,'.repeat(5000)}de`, 'de'],
])('the language for "%.40s" is %s', (accepted, language) => {
  expect(languageOf(accepted)).toBe(language);
});
