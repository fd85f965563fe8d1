/** The words that say what a question is about, for finding those that ask the same. */
import { termsOf } from './words.js';

const maxKeywords = 60;

/** So common in questions that they tell nothing. */
const common = new Set(
  'a an and any are as at be been but by can could do does for from had has have how i if in is it its me my of on or our should so than that the their them there this to was we were what when where which who why will with would you your'.split(
    ' ',
  ),
);

/** The distinct words of a text in their base form, the common ones left out, at most sixty. */
export function keywordsOf(text: string): string[] {
  const words = termsOf(text).filter((word) => isTelling(word) && !common.has(word));
  return [...new Set(words.map(stem))].slice(0, maxKeywords);
}

/** A single Latin letter or digit tells nothing; a single Chinese character may. */
function isTelling(word: string): boolean {
  return word.length > 1 || word > '\u02ff';
}

/** Takes plural and verb endings off English words, crudely: both sides of a comparison are treated alike. */
function stem(word: string): string {
  if (word.length > 5 && word.endsWith('ing')) return word.slice(0, -3);
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 4 && (word.endsWith('es') || word.endsWith('ed'))) return word.slice(0, -2);
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}
