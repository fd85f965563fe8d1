/** Documents and what they are made of. */
import type { Document } from 'bson';
import { Binary } from 'bson';
import { CommandError } from '../errors.js';
import { encode } from '../raw-document.js';
import { Fields, withField } from '../values/fields.js';
import { field, isDocument, typeOf, type Value } from '../values/types.js';
import { compileIn, type OperatorCompiler } from './compile.js';
import { absent, namedOperands, unary, variadic } from './define.js';

function fieldOf(operand: Value, context: Parameters<OperatorCompiler>[1], name: string): string {
  const constant = compileIn(operand, context)({ root: {}, variables: {} });
  if (typeof constant !== 'string') throw new CommandError(5654602, `${name} requires 'field' to evaluate to a constant string`);
  return constant;
}

const getField: OperatorCompiler = (operand, context, name) => {
  const given = isDocument(operand) && 'field' in operand ? namedOperands(operand, name, ['field'], ['input']) : { field: operand };
  const wanted =
    typeof given['field'] === 'string' && !given['field'].startsWith('$')
      ? () => given['field'] as Value
      : compileIn(given['field'], context);
  const input = compileIn('input' in given ? given['input'] : '$$CURRENT', context);
  return (scope) => {
    const value = input(scope);
    const key = wanted(scope);
    if (typeof key !== 'string')
      throw new CommandError(3041704, `$getField requires 'field' to evaluate to type String, but got ${typeOf(key)}`);
    return absent(value) ? value : isDocument(value) ? field(value, key) : undefined;
  };
};

const changesField =
  (unset: boolean): OperatorCompiler =>
  (operand, context, name) => {
    const given = namedOperands(operand, name, unset ? ['field', 'input'] : ['field', 'input', 'value']);
    const key = fieldOf(given['field'], context, name);
    const input = compileIn(given['input'], context);
    const made = unset ? () => undefined : compileIn(given['value'], context);
    return (scope) => {
      const value = input(scope);
      if (absent(value)) return null;
      if (!isDocument(value)) throw new CommandError(4161105, `${name} requires 'input' to evaluate to type Object`);
      return withField(value, key, made(scope));
    };
  };

export const objects: Record<string, OperatorCompiler> = {
  $mergeObjects: variadic((values) => mergeObjects(values)),
  $getField: getField,
  $setField: changesField(false),
  $unsetField: changesField(true),
  $bsonSize: unary((value) => {
    if (absent(value)) return null;
    if (!isDocument(value)) throw new CommandError(31393, `$bsonSize requires a document input, found: ${typeOf(value)}`);
    return encode(value).length;
  }),
  $binarySize: unary((value) => {
    if (absent(value)) return null;
    if (typeof value === 'string') return Buffer.byteLength(value);
    if (!(value instanceof Binary))
      throw new CommandError(51276, `$binarySize requires a string or BinData argument, found: ${typeOf(value)}`);
    return value.position;
  }),
};

export function mergeObjects(values: readonly Value[]): Document {
  const merged = new Fields();
  for (const value of values) {
    if (absent(value)) continue;
    if (!isDocument(value))
      throw new CommandError(40400, `$mergeObjects requires object inputs, but input ${JSON.stringify(value)} is of type ${typeOf(value)}`);
    for (const [name, part] of Object.entries(value)) merged.set(name, part as Value);
  }
  return merged.document;
}
