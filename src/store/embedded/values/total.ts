/** Sums of numbers of all types, which lose nothing on their way: 0.1 taken ten times is 1. */
import { Decimal128, Long } from 'bson';
import { decimalParts, infiniteText, wholeOf, wholeValue } from './arithmetic.js';
import { addExact, divideExact, expansionOf, toDecimal, type Exact } from './decimal.js';
import { double, isNumeric, toNumber, typeOf, type TypeName, type Value } from './types.js';

const longest = 2n ** 63n;
const order: TypeName[] = ['int', 'long', 'double', 'decimal'];

export class Total {
  private type = 0;
  private count = 0;
  private readonly doubles = new DoubleSum();
  private wholes = 0n;
  private decimals: Exact = { digits: 0n, exponent: 0 };
  /** What decimals that are infinite or not a number add up to. */
  private special = 0;

  /** Adds a number; anything else is passed over. */
  add(value: Value): void {
    if (!isNumeric(value)) return;
    const type = typeOf(value);
    this.count++;
    this.type = Math.max(this.type, order.indexOf(type));
    if (type === 'double') this.doubles.add(toNumber(value));
    else if (type !== 'decimal') this.wholes += wholeOf(value);
    else {
      const exact = decimalParts(value);
      if (exact) this.decimals = addExact(this.decimals, exact);
      else this.special += toNumber(value);
    }
  }

  /** The sum in the widest type that was added; a whole number that no long holds is a double. */
  sum(): Value {
    if (this.type === 3) return this.decimal(null);
    if (this.type === 2) return double(this.double());
    if (this.type === 0) {
      const value = wholeValue(this.wholes);
      if (typeof value === 'number') return value;
    }
    const fits = this.wholes >= -longest && this.wholes < longest;
    return fits ? Long.fromBigInt(this.wholes) : double(Number(this.wholes));
  }

  /** Null where no number was added. */
  average(): Value {
    if (this.count === 0) return null;
    return this.type === 3 ? this.decimal(this.count) : double(this.double() / this.count);
  }

  private double(): number {
    const whole = Number(this.wholes);
    return this.doubles.with(whole, Number(this.wholes - BigInt(whole))).value;
  }

  private decimal(divisor: number | null): Decimal128 {
    const { value, rest } = this.doubles;
    const rough = this.special + value;
    if (!Number.isFinite(rough)) return Decimal128.fromString(infiniteText(rough));
    const whole = { digits: this.wholes, exponent: 0 };
    const exact = [whole, expansionOf(value), expansionOf(rest)].filter(({ digits }) => digits !== 0n).reduce(addExact, this.decimals);
    return toDecimal(divisor === null ? exact : divideExact(exact, { digits: BigInt(divisor), exponent: 0 }));
  }
}

/** A sum of doubles in two doubles, of which the second holds what the first cannot. */
class DoubleSum {
  private total = 0;
  rest = 0;
  /** The plain sum, for what is infinite or not a number. */
  private plain = 0;

  get value(): number {
    return Number.isNaN(this.total) ? this.plain : this.total;
  }

  add(value: number): void {
    this.plain += value;
    const [partial, error] = twoSum(value, this.rest);
    const [total, rest] = twoSum(this.total, partial);
    this.total = total;
    this.rest = rest + error;
  }

  with(...values: number[]): DoubleSum {
    const copy = new DoubleSum();
    Object.assign(copy, this);
    for (const value of values) copy.add(value);
    return copy;
  }
}

/** A sum and what rounding it took away. */
function twoSum(left: number, right: number): [number, number] {
  const total = left + right;
  const part = total - right;
  return [total, left - part + (right - (total - part))];
}
