/** Words of a clause, with their places in the text. */
import type { Language } from './language.js';
import { valuesOf, lexiconOf } from './lexicons/index.js';
import type { Span } from './sentences.js';

export interface Word extends Span {
  /** In lower case. */
  text: string;
}

const latinWord = /[\p{L}\p{N}]+(?:['’][\p{L}]+)*/gu;

export function wordsOf(text: string, { from, to }: Span, language: Language): Word[] {
  if (language === 'zh') return longestMatches(text, { from, to }, listedInChinese());
  return Array.from(text.slice(from, to).matchAll(latinWord), (match) => ({
    text: match[0].toLowerCase().replaceAll('’', "'"),
    from: from + match.index,
    to: from + match.index + match[0].length,
  }));
}

interface Listed {
  words: ReadonlySet<string>;
  longest: number;
}

let chineseWords: Listed | null = null;

/** All that says something about an opinion. */
function listedInChinese(): Listed {
  if (!chineseWords) {
    const { negations, degrees } = lexiconOf('zh');
    const words = new Set([...valuesOf('zh').keys(), ...negations, ...Object.keys(degrees)]);
    chineseWords = { words, longest: [...words].reduce((most, word) => Math.max(most, word.length), 1) };
  }
  return chineseWords;
}

/**
 * Chinese puts no spaces between words: from each place the longest listed word is taken, or else one character. The longest
 * match finds listed words more surely than a general division into words would.
 */
function longestMatches(text: string, { from, to }: Span, { words, longest }: Listed): Word[] {
  const found: Word[] = [];
  for (let at = from; at < to;) {
    let length = Math.min(longest, to - at);
    while (length > 1 && !words.has(text.slice(at, at + length))) length--;
    found.push({ text: text.slice(at, at + length), from: at, to: at + length });
    at += length;
  }
  return found;
}

/** Longer texts make the segmenter slow beyond proportion on some versions of Node. */
const maxSegmented = 200;
let segmenter: Intl.Segmenter | null = null;

/** A sentence as a reader would divide it into words; for what it is about rather than what it says of it. */
export function readingWordsOf(text: string, span: Span, language: Language): Word[] {
  if (language !== 'zh') return wordsOf(text, span, language);
  segmenter ??= new Intl.Segmenter('zh', { granularity: 'word' });
  const words: Word[] = [];
  for (let from = span.from; from < span.to; from += maxSegmented) {
    const part = text.slice(from, Math.min(span.to, from + maxSegmented));
    for (const { segment, index, isWordLike } of segmenter.segment(part)) {
      if (isWordLike) words.push({ text: segment, from: from + index, to: from + index + segment.length });
    }
  }
  return words;
}
