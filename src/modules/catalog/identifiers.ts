/** What a product or category is called elsewhere: by the trade, and by other systems. */
import { isGtin } from '../../input/gtin.js';
import type { InputRules } from '../../input/rules.js';

export interface Identifiers {
  sku?: string | null;
  gtin?: string | null;
  mpn?: string | null;
  brand?: string | null;
}

const identifiers = ['sku', 'gtin', 'mpn', 'brand'] as const satisfies readonly (keyof Identifiers)[];

/** Forms send what was cleared, or never filled, as empty text: it identifies nothing. */
export function withoutEmpty<Content extends Identifiers>(content: Content): Content {
  const empty = identifiers.filter((field) => content[field]?.trim() === '');
  return { ...content, ...Object.fromEntries(empty.map((field) => [field, null])) };
}

export interface ExternalIdentity {
  externalId?: string | null;
  source?: string | null;
}

/** The system of an external ID. Null without one: what was imported has a source of its own. */
export function sourceOf({ externalId, source }: ExternalIdentity): string | null {
  return externalId === undefined || externalId === null ? null : (source ?? null);
}

export function checkIdentifiers(rules: InputRules, { sku, gtin, mpn, brand }: Identifiers): void {
  rules.line(sku, { max: 100 }, 'sku').line(mpn, { max: 100 }, 'mpn').line(brand, { max: 100 }, 'brand');
  const message = 'A GTIN has 8, 12, 13 or 14 digits, of which the last is a check digit.';
  rules.require(!gtin || isGtin(gtin), 'INVALID', message, 'gtin');
}

export function checkExternalIdentity(rules: InputRules, { externalId, source }: ExternalIdentity): void {
  rules.line(externalId, { max: 200 }, 'externalId').line(source, { max: 100 }, 'source');
  rules.require(!externalId || Boolean(source), 'REQUIRED', 'Give the source of the external ID.', 'source');
  rules.require(!source || Boolean(externalId), 'REQUIRED', 'Give the ID in this source.', 'externalId');
}
