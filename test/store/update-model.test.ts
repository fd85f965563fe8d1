/** Updates by operators beside a small model of what each of them does to plain numbers, words and lists of them. */
import type { Document } from 'bson';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { useStore } from '../support/store.js';

type Plain = number | string;
type Field = Plain | Plain[] | { x: Plain };
type Fields = Record<string, Field>;

/** What an operator makes of a field, which may be missing; an error where it does not apply. */
type Operator = (before: Field | undefined, operand: Plain) => Field | undefined;

const store = useStore();
const refused = new Error('refused');

function numeric(value: Field): number {
  if (typeof value !== 'number') throw refused;
  return value;
}

function list(value: Field | undefined): Plain[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw refused;
  return value;
}

/** Numbers before words before documents before lists, as MongoDB orders them; a list is never the operand. */
function isLess(one: Field, other: Plain): boolean {
  const rank = (value: Field) => (typeof value === 'number' ? 0 : typeof value === 'string' ? 1 : Array.isArray(value) ? 3 : 2);
  if (rank(one) !== rank(other)) return rank(one) < rank(other);
  return (one as Plain) < other;
}

const operators: Record<string, Operator> = {
  $set: (_before, operand) => operand,
  $unset: () => undefined,
  $inc: (before, operand) => (before === undefined ? numeric(operand) : numeric(before) + numeric(operand)),
  $mul: (before, operand) => (before === undefined ? numeric(operand) * 0 : numeric(before) * numeric(operand)),
  $min: (before, operand) => (before === undefined || !(isLess(before, operand) || before === operand) ? operand : before),
  $max: (before, operand) => (before === undefined || isLess(before, operand) ? operand : before),
  $push: (before, operand) => [...list(before), operand],
  $addToSet: (before, operand) => (list(before).includes(operand) ? before : [...list(before), operand]),
  $pull: (before, operand) => (before === undefined ? undefined : list(before).filter((one) => one !== operand)),
  $pop: (before, operand) => (before === undefined ? undefined : operand === 1 ? list(before).slice(0, -1) : list(before).slice(1)),
};

const plain = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom('a', 'b', 'c'));
const field = fc.oneof(plain, fc.array(plain, { maxLength: 4 }), fc.record({ x: plain }));
const names = ['a', 'b', 'c'];
const name = fc.constantFrom(...names);
const fields = fc.dictionary(name, field, { maxKeys: 3 });
const operation = fc.record({ operator: fc.constantFrom(...Object.keys(operators)), operand: plain }).map(({ operator, operand }) => ({
  operator,
  operand: operator === '$pop' ? (typeof operand === 'number' && operand % 2 ? 1 : -1) : operand,
}));
const update = fc.uniqueArray(fc.record({ name, operation }), { selector: (one) => one.name, minLength: 1, maxLength: 3 });

function modelled(before: Fields, changes: { name: string; operation: { operator: string; operand: Plain } }[]): Fields {
  const after: Fields = { ...before };
  for (const { name: at, operation: one } of changes) {
    const value = operators[one.operator]!(before[at], one.operand);
    if (value === undefined) Reflect.deleteProperty(after, at);
    else after[at] = value;
  }
  return after;
}

function commandOf(changes: { name: string; operation: { operator: string; operand: Plain } }[]): Document {
  const command: Record<string, Record<string, Plain>> = {};
  for (const { name: at, operation: one } of changes) (command[one.operator] ??= {})[at] = one.operand;
  return command;
}

test('operators do what the model says, and an update that is refused changes nothing', async () => {
  const collection = store.db.collection<Document & { _id: number }>('modelled');
  await fc.assert(
    fc.asyncProperty(fields, update, async (before, changes) => {
      await collection.replaceOne({ _id: 1 }, before, { upsert: true });
      let expected: Fields;
      try {
        expected = modelled(before, changes);
      } catch {
        await expect(collection.updateOne({ _id: 1 }, commandOf(changes))).rejects.toThrow();
        expected = before;
        expect(await collection.findOne({ _id: 1 })).toEqual({ _id: 1, ...expected });
        return;
      }
      await collection.updateOne({ _id: 1 }, commandOf(changes));
      expect(await collection.findOne({ _id: 1 })).toEqual({ _id: 1, ...expected });
    }),
    { numRuns: 400 },
  );
});
