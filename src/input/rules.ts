/** Collects every rule that an input breaks, so that a form can show all of them at once. */
import { RulesBroken, type BrokenRule, type RuleCode } from '../errors.js';
import { flawIn, flawInLine, isBlank, isLongerThan } from './text.js';

/** Characters, as people count them. */
interface TextLimits {
  least?: number;
  most: number;
}

export class InputRules {
  private readonly broken: BrokenRule[] = [];

  require(holds: boolean, code: RuleCode, message: string, ...field: string[]): this {
    if (!holds) this.broken.push({ code, message, field: ['input', ...field] });
    return this;
  }

  /** Text of any number of lines. Where it must have a character, one must be visible. */
  text(value: string | null | undefined, limits: TextLimits, ...field: string[]): this {
    return this.checkText(value ?? '', limits, flawIn, field);
  }

  /** Text of one line, such as a name. */
  line(value: string | null | undefined, limits: TextLimits, ...field: string[]): this {
    return this.checkText(value ?? '', limits, flawInLine, field);
  }

  private checkText(text: string, { least = 0, most }: TextLimits, flawOf: (text: string) => string | null, field: string[]): this {
    if (least > 0 && text.trim() === '') return this.require(false, 'REQUIRED', 'This must not be empty.', ...field);
    if (isLongerThan(text, most)) return this.require(false, 'TOO_LONG', `This may have at most ${most} characters.`, ...field);
    const flaw = flawOf(text) ?? (text.trim() !== '' && isBlank(text) ? 'This has no visible characters.' : null);
    if (flaw) return this.require(false, 'INVALID', flaw, ...field);
    return this.require(least <= 1 || isLongerThan(text, least - 1), 'TOO_SHORT', `This needs at least ${least} characters.`, ...field);
  }

  range(value: number | null | undefined, least: number, most: number, ...field: string[]): this {
    if (value === null || value === undefined) return this;
    return this.require(value >= least && value <= most, 'OUT_OF_RANGE', `This must be from ${least} to ${most}.`, ...field);
  }

  /** @throws RulesBroken with everything that was found. */
  check(): void {
    if (this.broken.length > 0) throw new RulesBroken(this.broken);
  }
}
