import { createRequire } from 'node:module';
import type { Language } from '../language.js';
import { chinese } from './chinese.js';
import { english } from './english.js';
import { german } from './german.js';
import type { Lexicon } from './lexicon.js';
import { spanish } from './spanish.js';

const lexicons: Record<Language, Lexicon> = { en: english, de: german, es: spanish, zh: chinese };
const loaded = new Map<Language, ReadonlyMap<string, number>>();
const require = createRequire(import.meta.url);

const afinn: Record<Language, () => unknown> = {
  en: () => require('afinn-165-multilingual/build/AFINN-en.json') as unknown,
  de: () => require('afinn-165-multilingual/build/AFINN-de.json') as unknown,
  es: () => require('afinn-165-multilingual/build/AFINN-es.json') as unknown,
  zh: () => require('afinn-165-multilingual/build/AFINN-zh.json') as unknown,
};

export function lexiconOf(language: Language): Lexicon {
  return lexicons[language];
}

/**
 * How good or bad words and phrases are, -5 to 5; 0 where a word only seems to say something.
 * Source: F. Å. Nielsen, "A new ANEW: evaluation of a word list for sentiment analysis in microblogs" (AFINN), 2011, and its
 * translations; what reviews of products say otherwise goes before it.
 */
export function valuesOf(language: Language): ReadonlyMap<string, number> {
  let values = loaded.get(language);
  if (!values) {
    const own = lexicons[language].values;
    const entries = Object.entries(afinn[language]() as Record<string, number>).map(([word, value]): [string, number] => [
      word.toLowerCase(),
      value,
    ]);
    loaded.set(language, (values = new Map([...entries, ...Object.entries(own)])));
  }
  return values;
}
