/** Collects every rule that an input breaks, so that a form can show all of them at once. */
import { brokenRule, RulesBroken, type BrokenRule, type RuleCode } from '../errors.js';
import { message, type Message, type MessageText } from '../messages/index.js';
import { flawIn, flawInLine, isBlank, isLongerThan } from './text.js';

/** Characters, as people count them. */
interface TextLimits {
  min?: number;
  max: number;
}

export class InputRules {
  private readonly broken: BrokenRule[] = [];

  require(holds: boolean, code: RuleCode, message: MessageText | Message, ...field: string[]): this {
    if (!holds) this.broken.push(brokenRule(code, message, ...field));
    return this;
  }

  /** Takes over rules that were found elsewhere. */
  add(...rules: readonly BrokenRule[]): this {
    this.broken.push(...rules);
    return this;
  }

  get areBroken(): boolean {
    return this.broken.length > 0;
  }

  /** Takes over what is wrong with fields that nothing is wrong with yet. */
  addNew(...rules: readonly BrokenRule[]): this {
    return this.add(...ofOtherFields(rules, this.broken));
  }

  /** Takes over the rules that some work finds broken. @returns what it gives, null if it found any */
  async from<Result>(work: () => Promise<Result>): Promise<Result | null> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RulesBroken)) throw error;
      this.add(...error.rules);
      return null;
    }
  }

  /** Text of any number of lines. Where it must have a character, one must be visible. */
  text(value: string | null | undefined, limits: TextLimits, ...field: string[]): this {
    return this.checkText(value ?? '', limits, flawIn, field);
  }

  /** Text of one line, such as a name. */
  line(value: string | null | undefined, limits: TextLimits, ...field: string[]): this {
    return this.checkText(value ?? '', limits, flawInLine, field);
  }

  private checkText(text: string, { min = 0, max }: TextLimits, flawOf: (text: string) => MessageText | null, field: string[]): this {
    if (min > 0 && text.trim() === '') return this.require(false, 'REQUIRED', 'This must not be empty.', ...field);
    if (isLongerThan(text, max)) return this.require(false, 'TOO_LONG', tooLong(max), ...field);
    const flaw = flawOf(text) ?? (text.trim() !== '' && isBlank(text) ? 'This text has no visible characters.' : null);
    if (flaw) return this.require(false, 'INVALID', flaw, ...field);
    return this.require(min <= 1 || isLongerThan(text, min - 1), 'TOO_SHORT', tooShort(min), ...field);
  }

  range(value: number | null | undefined, min: number, max: number, ...field: string[]): this {
    if (value === null || value === undefined) return this;
    return this.require(
      value >= min && value <= max,
      'OUT_OF_RANGE',
      message('This must be between {min, number} and {max, number}.', { min, max }),
      ...field,
    );
  }

  /** @throws RulesBroken with everything that was found. */
  check(): void {
    if (this.broken.length > 0) throw new RulesBroken(this.broken);
  }
}

export function tooLong(max: number): Message {
  return message('This can have at most {max, plural, one {# character} other {# characters}}.', { max });
}

function tooShort(min: number): Message {
  return message('This must have at least {min, plural, one {# character} other {# characters}}.', { min });
}

/** Rules about fields that no known rule is about. */
export function ofOtherFields(rules: readonly BrokenRule[], known: readonly BrokenRule[]): BrokenRule[] {
  const fields = new Set(known.map(({ field }) => field.join('.')));
  return rules.filter(({ field }) => !fields.has(field.join('.')));
}
