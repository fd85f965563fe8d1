/**
 * Simple collations: a locale and a strength of 1 to 3, by `Intl.Collator`. Strength 1 knows no case and no accents,
 * 2 knows accents, 3 knows both. Everything else that MongoDB's collations can say is refused.
 */
import type { Document } from 'bson';
import { CommandError } from './errors.js';
import { compareCodePoints, type TextOrder } from './values/order.js';
import { show } from './values/show.js';
import { documentOf } from './values/fields.js';
import { isDocument, toNumber, type Value } from './values/types.js';

const sensitivities: Record<number, 'base' | 'accent' | 'variant'> = { 1: 'base', 2: 'accent', 3: 'variant' };
const known = new Set([
  'locale',
  'strength',
  'caseLevel',
  'caseFirst',
  'numericOrdering',
  'alternate',
  'maxVariable',
  'normalization',
  'backwards',
  'version',
]);
/** Options that do not matter where they have their default. */
const defaults: Record<string, Value> = {
  caseLevel: false,
  caseFirst: 'off',
  alternate: 'non-ignorable',
  normalization: false,
  backwards: false,
};
const mostRemembered = 10_000;

export class Collation implements TextOrder {
  private readonly collator: Intl.Collator;
  private readonly characters = new Map<string, string>();

  constructor(
    readonly specification: Document,
    locale: string,
    private readonly strength: number,
    numeric: boolean,
  ) {
    this.collator = new Intl.Collator(locale.replace('_', '-'), { sensitivity: sensitivities[strength], numeric });
  }

  compare(left: string, right: string): number {
    return this.collator.compare(left, right) || this.compareFolded(left, right);
  }

  private compareFolded(left: string, right: string): number {
    const [first, second] = [this.fold(left), this.fold(right)];
    return first === second ? 0 : compareCodePoints(first, second);
  }

  /** The same text for all texts that are equal: what an index files a text under. */
  fold(text: string): string {
    let folded = '';
    for (const character of text.normalize('NFC')) folded += this.foldCharacter(character);
    return folded;
  }

  private foldCharacter(character: string): string {
    const remembered = this.characters.get(character);
    if (remembered !== undefined) return remembered;
    const cased = this.strength < 3 ? character.toUpperCase().toLowerCase() : character;
    const bare = cased.normalize('NFKD').replace(/\p{M}/gu, '');
    const candidates = this.strength === 1 ? ['', bare, cased] : ['', cased.normalize('NFKC'), cased];
    const folded = candidates.find((candidate) => this.collator.compare(candidate, character) === 0) ?? character;
    if (this.characters.size < mostRemembered) this.characters.set(character, folded);
    return folded;
  }

  /** A value with all its texts folded. */
  foldValue(value: Value): Value {
    if (typeof value === 'string') return this.fold(value);
    if (Array.isArray(value)) return value.map((element) => this.foldValue(element));
    if (!isDocument(value)) return value;
    return documentOf(Object.entries(value).map(([name, field]) => [name, this.foldValue(field)] as const));
  }

  isSame(other: Collation | null): boolean {
    return other !== null && JSON.stringify(this.specification) === JSON.stringify(other.specification);
  }
}

/** Whether a collation would treat the value otherwise than its bytes. */
export function holdsText(value: Value): boolean {
  if (typeof value === 'string') return true;
  if (Array.isArray(value)) return value.some(holdsText);
  return isDocument(value) && Object.values(value).some(holdsText);
}

const compiled = new Map<string, Collation | null>();

/** @throws CommandError for a collation that is malformed or not implemented */
export function parseCollation(specification: Value): Collation | null {
  if (specification === undefined || specification === null) return null;
  if (!isDocument(specification)) throw new CommandError(14, "BSON field 'collation' is the wrong type, expected type 'object'");
  if (Object.keys(specification).length === 0) return null;
  const key = JSON.stringify(specification);
  let collation = compiled.get(key);
  if (collation === undefined) {
    collation = build(specification);
    if (compiled.size < 100) compiled.set(key, collation);
  }
  return collation;
}

function build(specification: Document): Collation | null {
  const unknown = Object.keys(specification).find((name) => !known.has(name));
  if (unknown) throw new CommandError(40415, `BSON field 'collation.${unknown}' is an unknown field.`);
  const locale = specification['locale'] as Value;
  if (typeof locale !== 'string') throw new CommandError(40414, "BSON field 'collation.locale' is missing but a required field");
  for (const [name, usual] of Object.entries(defaults)) {
    const value = specification[name] as Value;
    if (value !== undefined && value !== usual) throw new CommandError(238, `collation with ${name}: ${show(value)} is not implemented`);
  }
  if (locale === 'simple') return null;
  const strength = toNumber(specification['strength'] ?? 3);
  if (!Number.isInteger(strength) || strength < 1 || strength > 5) {
    throw new CommandError(51024, `BSON field 'collation.strength' value must be between 1 and 5, actual value '${strength}'`);
  }
  if (strength > 3) throw new CommandError(238, `collation with strength ${strength} is not implemented`);
  if (!isSupported(locale)) throw new CommandError(2, `Field 'locale' is invalid in: { locale: "${locale}" }`);
  const numeric = specification['numericOrdering'] === true;
  const { version: _version, ...said } = specification;
  return new Collation({ ...said, strength }, locale, strength, numeric);
}

function isSupported(locale: string): boolean {
  try {
    return Intl.Collator.supportedLocalesOf(locale.replace('_', '-')).length > 0;
  } catch {
    return false;
  }
}
