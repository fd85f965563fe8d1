/** JSON objects that are not one a line: an array of them, or objects written over several lines. */
import { ImportFailure } from '../record.js';
import type { Line } from './lines.js';

const maxObjectLength = 32 * 1024 * 1024;

/** Whether a file that begins with this line has its objects in an array or over several lines, and not one a line. */
export function spreadsObjects(first: string): boolean {
  const text = first.trim();
  return text.startsWith('[') || text === '{';
}

/**
 * The same objects, one a line, each with the line on which it begins. What stands between objects (brackets and commas
 * of an array) is left out; anything else there is handed on, to be rejected as it stands.
 * @throws ImportFailure where an object does not end within 32 million characters
 */
export async function* objectsOf(name: string, lines: AsyncIterable<Line>): AsyncGenerator<Line> {
  let depth = 0;
  let quoted = false;
  let parts: string[] = [];
  let length = 0;
  let start = 0;
  for await (const { number, text, end } of lines) {
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const character = text[at]!;
      if (quoted) {
        if (character === '\\') at++;
        else if (character === '"') quoted = false;
      } else if (character === '"' && depth > 0) quoted = true;
      else if (character === '{' && depth++ === 0) {
        yield* stray(number, text.slice(from, at), end);
        [from, start] = [at, number];
      } else if (character === '}' && depth > 0 && --depth === 0) {
        parts.push(text.slice(from, at + 1));
        yield { number: start, text: parts.join('\n'), end };
        [parts, length, from] = [[], 0, at + 1];
      }
    }
    if (depth === 0) yield* stray(number, text.slice(from), end);
    else {
      parts.push(text.slice(from));
      length += text.length - from;
    }
    if (length > maxObjectLength)
      throw new ImportFailure(`${name}: the object of line ${start} does not end within 32 million characters.`);
    // JSON has no line breaks in its texts.
    quoted = false;
  }
  if (parts.length > 0) yield { number: start, text: parts.join('\n'), end: '' };
}

function* stray(number: number, between: string, end: string): Generator<Line> {
  const text = between.trim();
  if (!/^[[\],\s]*$/.test(text)) yield { number, text, end };
}
