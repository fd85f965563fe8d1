/** Perl's patterns, which MongoDB speaks, as JavaScript's. What JavaScript has nothing for is refused. */
import { BSONRegExp } from 'bson';
import { CommandError } from '../errors.js';
import type { Value } from '../values/types.js';

const syntaxCharacters = new Set('^$\\.*+?()[]{}|/');
const keptLetters = new Set('dDwWsSbBnrtfvpPkxu0123456789');
/** Perl knows fewer spaces than JavaScript, and lines end with a line feed alone. */
const spaces = ' \\t\\n\\v\\f\\r';
const lineStart = '(?:(?<![^])|(?<=\\n)(?=[^]))';
const lineEnd = '(?=\\n|(?![^]))';
const posixClasses: Record<string, string> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  digit: '0-9',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: spaces,
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};

export function isPattern(value: Value): value is RegExp | BSONRegExp {
  return value instanceof RegExp || value instanceof BSONRegExp;
}

export function sourceOf(pattern: RegExp | BSONRegExp): { source: string; options: string } {
  return pattern instanceof RegExp
    ? { source: pattern.source, options: pattern.flags.replace(/[^imsx]/g, '') }
    : { source: pattern.pattern, options: pattern.options };
}

const compiled = new Map<string, RegExp>();

/** @throws CommandError where the pattern is malformed or says what JavaScript cannot */
export function compilePattern(source: string, options: string): RegExp {
  const key = `${options}/${source}`;
  let pattern = compiled.get(key);
  if (!pattern) {
    pattern = translate(source, options);
    if (compiled.size >= 500) compiled.clear();
    compiled.set(key, pattern);
  }
  return pattern;
}

function translate(source: string, options: string): RegExp {
  if (source.includes('\0')) throw new CommandError(2, 'Regular expression cannot contain an embedded null byte');
  const unknown = [...options].find((option) => !'imsxu'.includes(option));
  if (unknown) throw new CommandError(51108, `invalid flag in regex options: ${unknown}`);
  const leading = /^\(\?([imsx]+)\)/.exec(source);
  const all = new Set([...options, ...(leading?.[1] ?? '')]);
  const body = source.slice(leading?.[0].length ?? 0);
  const flags = ['i', 'm', 's'].filter((flag) => all.has(flag)).join('');
  try {
    return new RegExp(new Translator(body, all).run(), `${flags}u`);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(51091, `Regular expression is invalid: ${(error as Error).message}`);
  }
}

class Translator {
  private at = 0;
  private out = '';

  constructor(
    private readonly source: string,
    private readonly options: ReadonlySet<string>,
  ) {}

  run(): string {
    const { source } = this;
    while (this.at < source.length) {
      const character = source[this.at]!;
      if (character === '\\') this.escape(false);
      else if (character === '[') this.characterClass();
      else this.plain(character);
    }
    return this.out;
  }

  private plain(character: string): void {
    const rest = this.source.slice(this.at);
    this.at++;
    if (this.options.has('x') && /\s/.test(character)) return;
    if (this.options.has('x') && character === '#') {
      const end = this.source.indexOf('\n', this.at);
      this.at = end === -1 ? this.source.length : end + 1;
    } else if (character === '.') this.out += this.options.has('s') ? '.' : '[^\\n]';
    else if (character === '$') this.out += this.options.has('m') ? lineEnd : '(?=\\n?(?![\\s\\S]))';
    else if (character === '^' && this.options.has('m')) this.out += lineStart;
    else if (character === '{') this.out += /^\{\d+(,\d*)?\}/.test(rest) ? this.quantifier(rest) : '\\{';
    else if (character === '}' || character === ']') this.out += `\\${character}`;
    else if (character === '(' && /^\(\?P</.test(rest)) {
      this.at += 2;
      this.out += '(?';
    } else this.out += character;
  }

  private quantifier(rest: string): string {
    const [text] = /^\{\d+(,\d*)?\}/.exec(rest)!;
    this.at += text.length - 1;
    return text;
  }

  private escape(inClass: boolean): void {
    const character = this.source[this.at + 1];
    if (character === undefined) throw new CommandError(51091, 'Regular expression is invalid: \\ at end of pattern');
    this.at += 2;
    if (character === 's') this.out += inClass ? spaces : `[${spaces}]`;
    else if (character === 'S' && !inClass) this.out += `[^${spaces}]`;
    else if (keptLetters.has(character)) this.out += `\\${character}`;
    else if (character === 'A' && !inClass) this.out += '(?<![\\s\\S])';
    else if (character === 'z' && !inClass) this.out += '(?![\\s\\S])';
    else if (character === 'Z' && !inClass) this.out += '(?=\\n?(?![\\s\\S]))';
    else if (character === 'h') this.out += inClass ? ' \\t' : '[ \\t]';
    else if (character === 'e') this.out += '\\x1b';
    else if (/[A-Za-z]/.test(character)) throw new CommandError(238, `\\${character} in a regular expression is not implemented`);
    else this.out += syntaxCharacters.has(character) || (inClass && character === '-') ? `\\${character}` : character;
  }

  private characterClass(): void {
    this.out += '[';
    this.at++;
    if (this.source[this.at] === '^') this.take('^');
    if (this.source[this.at] === ']') this.take('\\]');
    while (this.at < this.source.length && this.source[this.at] !== ']') {
      const character = this.source[this.at]!;
      const posix = /^\[:(\w+):\]/.exec(this.source.slice(this.at));
      if (posix) {
        this.out += posixClasses[posix[1]!] ?? '';
        this.at += posix[0].length;
      } else if (character === '\\') this.escape(true);
      else this.take(character === '[' ? '\\[' : character);
    }
    this.out += ']';
    this.at++;
  }

  private take(text: string): void {
    this.out += text;
    this.at++;
  }
}
