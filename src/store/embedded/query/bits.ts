/** Filters on the bits of whole numbers and binary values. */
import { Binary, Long } from 'bson';
import { CommandError } from '../errors.js';
import { truncated } from '../values/arithmetic.js';
import { isEqual } from '../values/order.js';
import { isNumeric, toNumber, type Value } from '../values/types.js';
import type { Test } from './paths.js';

export function bitTest(name: string, operand: Value): Test {
  const positions = positionsOf(name, operand);
  const any = name.startsWith('$bitsAny');
  const wanted = name.endsWith('Set');
  return (value) => {
    const bit = bitReader(value);
    if (!bit) return false;
    return any ? positions.some((at) => bit(at) === wanted) : positions.every((at) => bit(at) === wanted);
  };
}

function positionsOf(name: string, operand: Value): number[] {
  if (Array.isArray(operand)) {
    return operand.map((element: Value) => {
      const position = isNumeric(element) ? toNumber(element) : NaN;
      if (!Number.isInteger(position) || position < 0) {
        throw new CommandError(2, `Failed to parse bit position. Expected a non-negative number in: ${String(element)}`);
      }
      return position;
    });
  }
  const bit = bitReader(operand);
  if (!bit || (isNumeric(operand) && toNumber(operand) < 0)) {
    throw new CommandError(9, `${name} takes an Array, a number, or a BinData but received: ${String(operand)}`);
  }
  const size = operand instanceof Binary ? operand.position * 8 : 64;
  return Array.from({ length: size }, (_, at) => at).filter((at) => bit(at));
}

/** Reads one bit, or null where the value has none: numbers that are not whole or of more than 64 bits, and everything else. */
function bitReader(value: Value): ((at: number) => boolean) | null {
  if (value instanceof Binary) return (at) => at < value.position * 8 && ((value.buffer[at >> 3]! >> (at & 7)) & 1) === 1;
  if (!isNumeric(value)) return null;
  const whole = truncated(value);
  if (whole === null || BigInt.asIntN(64, whole) !== whole || !isEqual(value, Long.fromBigInt(whole))) return null;
  return (at) => ((whole >> BigInt(at)) & 1n) === 1n;
}
