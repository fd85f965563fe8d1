/** Values in messages, as MongoDB writes them. */
import { Decimal128, Long, ObjectId } from 'bson';
import { isDocument, type Value } from './types.js';

const longest = 200;

export function show(value: Value): string {
  const text = write(value);
  return text.length > longest ? `${text.slice(0, longest)}...` : text;
}

function write(value: Value): string {
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof Long || value instanceof Decimal128) return value.toString();
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(write).join(', ')} ]`;
  if (isDocument(value)) {
    const fields = Object.entries(value).map(([name, field]) => `${name}: ${write(field as Value)}`);
    return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
  }
  return JSON.stringify(value) ?? 'null';
}
