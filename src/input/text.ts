/**
 * What text is taken, the same for every text of the API. All of it takes time linear in the text's length.
 * Sources: Unicode Standard Annex 15 (Stream-Safe Text), Annex 29 (Grapheme Clusters); Unicode Technical Report 36.
 */
import type { MessageText } from '../messages/index.js';

/** Control characters other than line breaks and tabs, halves of a character, and what is no character at all. */
const notText = /(?![\n\t])\p{Cc}|\p{Cs}|\p{Noncharacter_Code_Point}/u;

/** Makes text read in another order than it is written. */
const override = /[\u202D\u202E]/u;

/** More marks on a letter than any language has. Putting them in order would take more than linear time. */
const manyMarks = /\p{M}{31}/u;

/** A character that can be seen: no space, no control, nothing that is left out when it is shown. */
const visible = /(?![\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{M}\p{Default_Ignorable_Code_Point}\u2800])./su;

/** Line breaks, tabs and characters that change only how others are shown, but for the joiners that scripts and emoji need. */
const notOfLine = /[\p{Cc}\p{Zl}\p{Zp}]|(?!\u200C|\u200D|[\u{E0020}-\u{E007F}])\p{Cf}/u;

/** @returns what is wrong with it, as a sentence, or null */
export function flawIn(text: string): MessageText | null {
  if (notText.test(text)) return 'This contains control characters.';
  if (override.test(text)) return 'This contains characters that change the direction of text.';
  if (manyMarks.test(text)) return 'This contains too many combining marks.';
  return null;
}

/** The same for text of one line, such as a name. */
export function flawInLine(text: string): MessageText | null {
  return flawIn(text) ?? (notOfLine.test(text) ? 'This contains line breaks or invisible characters.' : null);
}

/** What most text is made of, and where nothing can be wrong. */
const plain = /^[\n\t\x20-\x7e]*$/;

/** The same text without what is not taken, where nobody is there to correct it. */
export function mended(text: string): string {
  if (plain.test(text)) return text;
  return text
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(new RegExp(notText, 'gu'), '')
    .replace(new RegExp(override, 'gu'), '')
    .replace(/(\p{M}{30})\p{M}+/gu, '$1');
}

/** The same for text of one line. */
export function mendedLine(text: string): string {
  return mended(text).replace(new RegExp(notOfLine, 'gu'), ' ').replace(/ {2,}/g, ' ').trim();
}

/** A line that another system gave, or its beginning; null where it is no text or there is nothing to see. */
export function givenLine(value: unknown, max: number): string | null {
  const line = typeof value === 'string' ? mendedLine(value) : '';
  if (isBlank(line)) return null;
  return isLongerThan(line, max) ? beginningOf(line, max).trim() : line;
}

/** Whether there is nothing to see. */
export function isBlank(text: string): boolean {
  return !visible.test(text);
}

/** As it is stored and compared: in Normalization Form C, lines ended by a line feed, without white space around it. */
export function tidy(text: string): string {
  return text.normalize('NFC').replace(/\r\n?/g, '\n').trim();
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Code units of a character as people see it. Only texts of unusual characters have more on average. */
const unitsPerCharacter = 16;

/** The segmenter copies its text at every step, so that it gets a piece at a time to take linear time. */
const pieceLength = 512;

/** Whether a text has more characters than that, counted as people count them. */
export function isLongerThan(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  if (text.length > limit * unitsPerCharacter) return true;
  let count = 0;
  for (const _ of startsIn(text)) if (++count > limit) return true;
  return false;
}

/** The first characters of a text that has more, each of them whole. */
export function beginningOf(text: string, characters: number): string {
  let end = 0;
  let count = 0;
  for (const start of startsIn(text)) {
    if (start > characters * unitsPerCharacter) break;
    end = start;
    if (count++ === characters) break;
  }
  return text.slice(0, end);
}

/** Where the characters of a text begin. */
function* startsIn(text: string): Generator<number> {
  for (let start = 0; start < text.length;) {
    const end = start + pieceLength;
    // Both halves of a surrogate pair are in the same piece.
    const piece = text.slice(start, (text.codePointAt(end - 1) ?? 0) > 0xffff ? end + 1 : end);
    const starts = Array.from(segmenter.segment(piece), ({ index }) => index);
    // The last character of a piece may go on in the next one.
    const isCut = start + piece.length < text.length && starts.length > 1;
    for (const at of isCut ? starts.slice(0, -1) : starts) yield start + at;
    start += isCut ? starts.at(-1)! : piece.length;
  }
}
