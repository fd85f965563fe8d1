/** Amounts are whole numbers of a currency's smallest unit. */

const usualDigits = 2;

/** ISO 4217, as the API counts. `Intl` has how many digits people write, which is fewer for some. */
const otherDigits = new Map<string, number>([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3] as const),
  ...'CLF UYW'.split(' ').map((code) => [code, 4] as const),
]);

export function fractionDigits(currency: string): number {
  return otherDigits.get(currency) ?? usualDigits;
}

/** An amount as somebody types it, such as 19.99, in the smallest unit; undefined for what is no amount. */
export function minorUnits(amount: string | null, currency: string): number | undefined {
  const minor = Math.round(Number(amount) * 10 ** fractionDigits(currency));
  return Number.isSafeInteger(minor) && minor > 0 ? minor : undefined;
}
