/** The names and numbers by which filters and schemas speak of types. */
import { CommandError } from '../errors.js';
import { isNumeric, toNumber, typeNumbers, type Value } from '../values/types.js';

const namesByNumber = new Map(Object.entries(typeNumbers).map(([name, number]) => [number, name]));

/** @throws CommandError where there is no such type */
export function typeNameOf(operand: Value): string {
  if (typeof operand === 'string') {
    if (operand !== 'number' && typeNumbers[operand] === undefined) throw new CommandError(2, `Unknown type name alias: ${operand}`);
    return operand;
  }
  if (!isNumeric(operand)) throw new CommandError(14, 'type must be represented as a number or a string');
  const name = namesByNumber.get(toNumber(operand));
  if (name === undefined) throw new CommandError(2, `Invalid numerical type code: ${toNumber(operand)}`);
  return name;
}
