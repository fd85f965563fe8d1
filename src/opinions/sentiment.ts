/**
 * How good or bad a text says that something is, from lists of words, with what turns them around, makes them stronger, and
 * says more after a "but". Source: C. J. Hutto, E. Gilbert, "VADER: a parsimonious rule-based model for sentiment analysis of
 * social media text", 2014.
 */
import type { Language } from './language.js';
import { lexiconOf, valuesOf } from './lexicons/index.js';
import { clausesOf, sentencesOf, type Span } from './sentences.js';
import { wordsOf, type Word } from './words.js';

/** How far before an opinion a negation may stand, in words. */
const reach = 3;
/** "Not good" is less bad than "bad" is. */
const turned = -0.74;
const longestPhrase = 4;
/** Makes a sum of values one from -1 to 1. */
const normalising = 15;
const beforeContrast = 0.5;
const afterContrast = 1.5;

/** A clause, and the sum of what its words say, about -10 to 10. */
export interface ClauseValue extends Span {
  value: number;
}

/** The value of each clause of a sentence. */
export function clauseValues(text: string, sentence: Span, language: Language): ClauseValue[] {
  const { contrasts } = lexiconOf(language);
  const clauses = clausesOf(text, sentence, contrasts);
  const starts = clauses.map(
    ({ from, to }) => text.slice(from, to).search(new RegExp(contrasts.source, contrasts.flags.replace('g', ''))) === 0,
  );
  const turn = starts.lastIndexOf(true);
  return clauses.map((clause, at) => {
    const weight = turn < 0 ? 1 : at < turn ? beforeContrast : afterContrast;
    const emphasis = text[clause.to] === '!' || text[clause.to] === '！' ? 1.1 : 1;
    return { ...clause, value: weight * emphasis * valueOf(wordsOf(text, clause, language), language) };
  });
}

/** @returns -1 to 1; 0 where nothing is said */
export function sentimentOf(text: string, language: Language): number {
  let sum = 0;
  for (const sentence of sentencesOf(text)) for (const { value } of clauseValues(text, sentence, language)) sum += value;
  return normalised(sum);
}

export function normalised(sum: number): number {
  return sum / Math.sqrt(sum * sum + normalising);
}

function valueOf(words: readonly Word[], language: Language): number {
  const values = valuesOf(language);
  const { negations, degrees } = lexiconOf(language);
  let sum = 0;
  for (let at = 0; at < words.length;) {
    const { length, value } = opinionAt(words, at, values);
    if (value !== 0) sum += value * around(words, { at, length, value }, language, { negations, degrees });
    at += length;
  }
  return sum;
}

/** The longest listed phrase that begins at a word. */
function opinionAt(words: readonly Word[], at: number, values: ReadonlyMap<string, number>): { length: number; value: number } {
  let phrase = words[at]!.text;
  let best = { length: 1, value: values.get(phrase) ?? 0 };
  for (let length = 2; length <= longestPhrase && at + length <= words.length; length++) {
    phrase += ` ${words[at + length - 1]!.text}`;
    const value = values.get(phrase);
    if (value !== undefined) best = { length, value };
  }
  return best;
}

/** What the words around an opinion make of it. */
function around(
  words: readonly Word[],
  { at, length, value }: { at: number; length: number; value: number },
  language: Language,
  { negations, degrees }: { negations: ReadonlySet<string>; degrees: Readonly<Record<string, number>> },
): number {
  let factor = 1;
  let isTurned = false;
  for (let place = Math.max(0, at - reach); place < at; place++) {
    const { text } = words[place]!;
    if (negations.has(text)) isTurned = !isTurned;
    if (Object.hasOwn(degrees, text)) factor *= degrees[text]!;
  }
  // "Funktioniert nicht", "gefällt mir nicht": in German a verb's negation stands after it. "Leider" is none.
  const next = at + length;
  if (
    language === 'de' &&
    value > 0 &&
    words.slice(next, next + reach).some(({ text }, place) => text === 'nicht' && (place === 0 || next + place === words.length - 1))
  )
    isTurned = !isTurned;
  return isTurned ? factor * turned : factor;
}
