/** The accumulators as expressions over their operands, and as `$group` uses them over documents. */
import { compare } from '../values/order.js';
import { Total } from '../values/total.js';
import { double, isNumeric, toNumber, type Value } from '../values/types.js';
import type { Context, OperatorCompiler } from './compile.js';
import { absent, compileOperands } from './define.js';

type Summary = (values: readonly Value[], context: Context) => Value;

export function sum(values: readonly Value[]): Value {
  const total = new Total();
  for (const value of values) total.add(value);
  return total.sum();
}

export function average(values: readonly Value[]): Value {
  const total = new Total();
  for (const value of values) total.add(value);
  return total.average();
}

const extreme =
  (sign: number): Summary =>
  (values, { collation }) => {
    let best: Value = null;
    for (const value of values) {
      if (absent(value)) continue;
      if (best === null || sign * compare(value, best, collation) > 0) best = value;
    }
    return best;
  };

export const smallest = extreme(-1);
export const largest = extreme(1);

export const deviation =
  (sample: boolean): Summary =>
  (values) => {
    const numbers = values.filter(isNumeric).map(toNumber);
    const count = sample ? numbers.length - 1 : numbers.length;
    if (count <= 0) return null;
    const mean = numbers.reduce((total, number) => total + number, 0) / numbers.length;
    return double(Math.sqrt(numbers.reduce((total, number) => total + (number - mean) ** 2, 0) / count));
  };

/** As an expression, the operands are the values, or the one operand that is an array holds them. */
const over =
  (summary: Summary): OperatorCompiler =>
  (operand, context) => {
    const operands = compileOperands(operand, context);
    return (scope) => {
      const values = operands.map((evaluate) => evaluate(scope));
      return summary(values.length === 1 && Array.isArray(values[0]) ? (values[0] as Value[]) : values, context);
    };
  };

export const accumulations: Record<string, OperatorCompiler> = {
  $sum: over(sum),
  $avg: over(average),
  $min: over(smallest),
  $max: over(largest),
  $stdDevPop: over(deviation(false)),
  $stdDevSamp: over(deviation(true)),
};
