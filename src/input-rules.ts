/** Collects every rule that an input breaks, so that a form can show all of them at once. */
import { RulesBroken, type BrokenRule, type RuleCode } from './errors.js';

export class InputRules {
  private readonly broken: BrokenRule[] = [];

  require(holds: boolean, code: RuleCode, message: string, ...field: string[]): this {
    if (!holds) this.broken.push({ code, message, field: ['input', ...field] });
    return this;
  }

  /** Text within limits, counted in characters; blank text counts as none. */
  text(value: string | null | undefined, limits: { least?: number; most: number }, ...field: string[]): this {
    const length = [...(value ?? '')].length;
    const { least = 0, most } = limits;
    if (least > 0 && (value ?? '').trim().length === 0) return this.require(false, 'REQUIRED', 'This must not be empty.', ...field);
    this.require(length >= least, 'TOO_SHORT', `This needs at least ${least} characters.`, ...field);
    return this.require(length <= most, 'TOO_LONG', `This may have at most ${most} characters.`, ...field);
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
