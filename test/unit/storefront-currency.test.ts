import { describe, expect, test } from 'vitest';
import { fractionDigits as digitsOfShop } from '../../src/relay/currency.js';
import { fractionDigits, minorUnits } from '../../web/storefront/src/currency.js';

describe('the storefront', () => {
  test('counts the digits of every currency as the API does', () => {
    const currencies = Intl.supportedValuesOf('currency');
    expect(currencies.filter((code) => fractionDigits(code) !== digitsOfShop(code))).toEqual([]);
  });

  test.each([
    ['20', 'EUR', 2000],
    ['19.99', 'EUR', 1999],
    ['2000', 'JPY', 2000],
    ['1.5', 'KWD', 1500],
    ['0.0005', 'KWD', 1],
    ['', 'EUR', undefined],
    [null, 'EUR', undefined],
    ['-3', 'EUR', undefined],
    ['much', 'EUR', undefined],
    ['1e300', 'EUR', undefined],
  ])('reads %j as a price in %s', (typed, currency, minor) => {
    expect(minorUnits(typed, currency)).toBe(minor);
  });
});
