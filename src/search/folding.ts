/**
 * Folds what people do not tell apart when they search: case, accents, ligatures, width, and letters that others spell
 * with two. Sources: Unicode Standard Annex 15 (Normalization Form KD) and Technical Report 30 (Character Foldings).
 */
import anyAscii from 'any-ascii';

/** Accents that stand alone, and the apostrophe that counts as a letter, are typed for apostrophes. */
const apostrophes = /[´`ʼ]/gu;

/** Signs that would otherwise become letters of the word before them. */
const signs = /[©®℠™]/gu;

/** Marks that searches leave out. Those of other scripts, such as the vowels of Thai and Hindi, make another word. */
const marks = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}])\p{M}+/gu;

/** Latin letters that no normalization takes apart, such as ß, ø and ł, and the digits of other scripts. */
const ownLetters = /(?![a-z])\p{Script=Latin}|(?![0-9])\p{Nd}/gu;

/** Arabic letters that keyboards and spellings exchange, as Lucene’s ArabicNormalizer and PersianNormalizer fold them. */
const arabicLetters = /[کیىة]/gu;
const arabicFolded: Readonly<Record<string, string>> = { ک: 'ك', ی: 'ي', ى: 'ي', ة: 'ه' };

/** Putting more marks in order than any language has would take more than linear time. */
const tooManyMarks = /(\p{M}{30})\p{M}+/gu;

const katakana = /[ァ-ヶ]/gu;
const kanaDistance = 0x60;

/** The sounds that are written with ヴ or with the row of ハ, as in ヴァイオリン and バイオリン. */
const v = /ゔ([ぁぃぇぉゅ])?/gu;
const vFolded: Readonly<Record<string, string>> = { ぁ: 'ば', ぃ: 'び', ぇ: 'べ', ぉ: 'ぼ', ゅ: 'びゅ' };

/** The last long vowel of a word of four signs and more may be left out, as in コンピューター and Lucene’s JapaneseKatakanaStemFilter. */
const lastLongVowel = /(?<=[ァ-ヶ][ァ-ヶー]{2})ー(?![ァ-ヶー])/gu;

/** Text as searches compare it. It may be longer than what was given. */
export function fold(text: string): string {
  const lower = text.replace(apostrophes, "'").replace(signs, ' ').replace(tooManyMarks, '$1').normalize('NFKD').toLowerCase();
  if (isAscii(lower)) return lower;
  return lower
    .replace(/ـ/gu, '')
    .replace(marks, '$1')
    .normalize('NFC')
    .replace(ownLetters, (letter) => anyAscii(letter).toLowerCase())
    .replace(/ς/gu, 'σ')
    .replace(arabicLetters, (letter) => arabicFolded[letter]!)
    .replace(lastLongVowel, '')
    .replace(katakana, (letter) => String.fromCodePoint(letter.codePointAt(0)! - kanaDistance))
    .replace(v, (_, vowel?: string) => (vowel ? vFolded[vowel]! : 'ぶ'));
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false;
  return true;
}
