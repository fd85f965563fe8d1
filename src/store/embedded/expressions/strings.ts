/** Text. */
import { BSONRegExp, BSONSymbol } from 'bson';
import { CommandError } from '../errors.js';
import { compilePattern, isPattern, sourceOf } from '../query/pattern.js';
import { compareCodePoints } from '../values/order.js';
import { isNumeric, toNumber, typeOf, type Value } from '../values/types.js';
import type { OperatorCompiler } from './compile.js';
import { absent, byName, fixed, unary, variadic } from './define.js';
import { textOf } from './conversions.js';

function requireText(value: Value, name: string, code: number): string {
  if (value instanceof BSONSymbol) return value.value;
  if (typeof value !== 'string') throw new CommandError(code, `${name} requires a string argument, found: ${typeOf(value)}`);
  return value;
}

function requireWhole(value: Value, name: string, code: number): number {
  const number = isNumeric(value) ? toNumber(value) : NaN;
  if (!Number.isInteger(number)) throw new CommandError(code, `${name} requires a whole number, found: ${typeOf(value)}`);
  return number;
}

/** What a text operator takes for text: numbers and dates are written out, null is empty. */
function coerced(value: Value, name: string): string {
  if (absent(value)) return '';
  if (typeof value === 'string') return value;
  if (isNumeric(value) || value instanceof Date || value instanceof BSONSymbol) return textOf(value);
  throw new CommandError(16007, `can't convert from BSON type ${typeOf(value)} to String in ${name}`);
}

const upper = (text: string): string => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
const lower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

const blanks = /[\0\t\n\v\f\r \u00a0\u1680\u2000-\u200a]/;

const trim = (ends: 'both' | 'left' | 'right'): OperatorCompiler =>
  byName(['input'], ['chars'], ({ input, chars }, _context, name) => {
    if (absent(input) || chars === null) return null;
    const characters = [...requireText(input, name, 50699)];
    const blank =
      chars === undefined
        ? (character: string) => blanks.test(character)
        : (character: string) => [...requireText(chars, name, 50700)].includes(character);
    let start = 0;
    let end = characters.length;
    if (ends !== 'right') while (start < end && blank(characters[start]!)) start++;
    if (ends !== 'left') while (end > start && blank(characters[end - 1]!)) end--;
    return characters.slice(start, end).join('');
  });

function substringBytes([value, start, length]: Value[], name: string): Value {
  const bytes = Buffer.from(coerced(value, name));
  const from = requireWhole(start, name, 16034);
  const count = requireWhole(length, name, 16035);
  if (from < 0) throw new CommandError(50752, `${name}: starting index must be non-negative`);
  const end = count < 0 ? bytes.length : Math.min(bytes.length, from + count);
  const cut = (at: number): boolean => at < bytes.length && (bytes[at]! & 0xc0) === 0x80;
  if (from < bytes.length && cut(from))
    throw new CommandError(28656, `${name}: Invalid range, starting index is a UTF-8 continuation byte.`);
  if (cut(end)) throw new CommandError(28657, `${name}: Invalid range, ending index is in the middle of a UTF-8 character.`);
  return bytes.toString('utf8', from, Math.max(from, end));
}

const bytesOf = fixed(3, 3, (values, _context, name) => substringBytes(values, name));

const position = (bytes: boolean): OperatorCompiler =>
  fixed(2, 4, ([text, wanted, ...bounds], _context, name) => {
    if (absent(text)) return null;
    const haystack = requireText(text, name, 40091);
    const needle = requireText(wanted, name, 40092);
    const units: string[] | Buffer = bytes ? Buffer.from(haystack) : [...haystack];
    const from = bounds.length < 1 ? 0 : requireWhole(bounds[0], name, 40096);
    const to = bounds.length < 2 ? units.length : Math.min(units.length, requireWhole(bounds[1], name, 40096));
    if (from < 0 || to < 0) throw new CommandError(40097, `${name} requires a nonnegative index`);
    if (from > units.length || to < from) return -1;
    if (bytes) {
      const at = (units as Buffer).subarray(0, to).indexOf(needle, from);
      return needle === '' ? from : at;
    }
    const part = (units as string[]).slice(from, to).join('');
    const at = part.indexOf(needle);
    return at < 0 ? -1 : from + [...part.slice(0, at)].length;
  });

const replace = (all: boolean): OperatorCompiler =>
  byName(['input', 'find', 'replacement'], [], ({ input, find, replacement }, _context, name) => {
    if (absent(input) || absent(find) || absent(replacement)) return null;
    const text = requireText(input, name, 51746);
    const wanted = requireText(find, name, 51745);
    const by = requireText(replacement, name, 51744);
    return all ? text.replaceAll(wanted, () => by) : text.replace(wanted, () => by);
  });

interface Found {
  match: string;
  idx: number;
  captures: (string | null)[];
}

function patternOf(regex: Value, options: Value, name: string): RegExp | null {
  if (absent(regex)) return null;
  if (!isPattern(regex)) return compilePattern(requireText(regex, name, 51105), typeof options === 'string' ? options : '');
  const { source, options: own } = sourceOf(regex instanceof RegExp ? new BSONRegExp(regex.source, regex.flags) : regex);
  return compilePattern(source, own || (typeof options === 'string' ? options : ''));
}

function found(match: RegExpMatchArray): Found {
  const before = (match.input ?? '').slice(0, match.index);
  return { match: match[0], idx: [...before].length, captures: match.slice(1).map((group) => group ?? null) };
}

const search = (answer: (pattern: RegExp, text: string) => Value, none: Value): OperatorCompiler =>
  byName(['input', 'regex'], ['options'], ({ input, regex, options }, _context, name) => {
    const pattern = patternOf(regex, options, name);
    if (absent(input) || !pattern) return none;
    return answer(pattern, requireText(input, name, 51104));
  });

export const strings: Record<string, OperatorCompiler> = {
  $concat: variadic((values) => {
    if (values.some(absent)) return null;
    return values.map((value) => requireConcat(value)).join('');
  }),
  $toUpper: unary((value, name) => upper(coerced(value, name))),
  $toLower: unary((value, name) => lower(coerced(value, name))),
  $trim: trim('both'),
  $ltrim: trim('left'),
  $rtrim: trim('right'),
  $split: fixed(2, 2, ([value, separator], _context, name) => {
    if (absent(value) || absent(separator)) return null;
    const by = requireText(separator, name, 40086);
    if (by === '') throw new CommandError(40087, '$split requires a non-empty separator');
    return requireText(value, name, 40085).split(by);
  }),
  $strLenBytes: unary((value, name) => Buffer.byteLength(requireText(value, name, 34473))),
  $strLenCP: unary((value, name) => [...requireText(value, name, 34471)].length),
  $strcasecmp: fixed(2, 2, ([left, right], _context, name) =>
    Math.sign(compareCodePoints(upper(coerced(left, name)), upper(coerced(right, name)))),
  ),
  $substr: bytesOf,
  $substrBytes: bytesOf,
  $substrCP: fixed(3, 3, ([value, start, length], _context, name) => {
    const from = requireWhole(start, name, 34450);
    const count = requireWhole(length, name, 34452);
    if (from < 0) throw new CommandError(34455, '$substrCP: the starting index must be a non-negative integer.');
    if (count < 0) throw new CommandError(34454, '$substrCP: length must be a non-negative integer.');
    return [...coerced(value, name)].slice(from, from + count).join('');
  }),
  $indexOfBytes: position(true),
  $indexOfCP: position(false),
  $replaceOne: replace(false),
  $replaceAll: replace(true),
  $regexMatch: search((pattern, text) => pattern.test(text), false),
  $regexFind: search((pattern, text) => {
    const match = pattern.exec(text);
    return match ? found(match) : null;
  }, null),
  $regexFindAll: search((pattern, text) => [...text.matchAll(new RegExp(pattern.source, `${pattern.flags}g`))].map(found), []),
};

function requireConcat(value: Value): string {
  if (typeof value !== 'string') throw new CommandError(16702, `$concat only supports strings, not ${typeOf(value)}`);
  return value;
}
