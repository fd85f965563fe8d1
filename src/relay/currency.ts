/**
 * Currencies and how their amounts are written. Amounts are whole numbers of the currency's minor unit.
 * Source: ISO 4217:2015, list one, as amended up to amendment 177. `Intl` has how many digits people write, which is
 * fewer for some currencies and changes from one version of Node to the next, so that stored amounts cannot follow it.
 */
import { LRUCache } from 'lru-cache';

/** The largest amount that numbers hold exactly. */
export const maxAmount = Number.MAX_SAFE_INTEGER;

const codes = new Set(Intl.supportedValuesOf('currency'));

const usualDigits = 2;
const otherDigits: ReadonlyMap<string, number> = new Map([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3] as const),
  ...'CLF UYW'.split(' ').map((code) => [code, 4] as const),
]);

/** Whether it is an ISO 4217 code of a currency, in capitals. */
export function isCurrency(code: string): boolean {
  return codes.has(code);
}

/** How many decimal digits the minor unit has: 2 for EUR, 0 for JPY, 3 for KWD. */
export function fractionDigits(currency: string): number {
  return otherDigits.get(currency) ?? usualDigits;
}

export interface Amount {
  amountMinor: number;
  currency: string;
}

/** An amount as an exact decimal number in the currency's main unit, such as 19.99. */
export function decimalOf({ amountMinor, currency }: Amount): string {
  const digits = fractionDigits(currency);
  const sign = amountMinor < 0 ? '-' : '';
  const whole = String(Math.abs(amountMinor)).padStart(digits + 1, '0');
  return digits === 0 ? `${sign}${whole}` : `${sign}${whole.slice(0, -digits)}.${whole.slice(-digits)}`;
}

/** Making a format takes longer than using it. */
const formats = new LRUCache<string, Intl.NumberFormat>({ max: 100 });

/**
 * An amount as people read it, such as €19.99.
 * @throws RangeError for what is no language tag
 */
export function formatAmount(amount: Amount, locale: string): string {
  const { currency } = amount;
  const key = `${locale} ${currency}`;
  let format = formats.get(key);
  if (!format) {
    const digits = fractionDigits(currency);
    const options = { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
    formats.set(key, (format = new Intl.NumberFormat(locale, options)));
  }
  // As text, which is formatted exactly however long it is.
  return format.format(decimalOf(amount) as `${number}`);
}
