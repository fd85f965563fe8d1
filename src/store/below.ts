/** The same list below many parents, looked up by index in one aggregation that begins with the parents themselves. */
import type { Types } from 'mongoose';
import { noteRead } from './cache/reads.js';
import type { AnyModel } from './documents.js';

export type Parent = Types.ObjectId | string;

/**
 * @param parts pipelines, each of which reads some of the documents of one parent
 * @returns what they came to, one after the other, by parent
 */
export async function listsBelow<Row>(
  model: AnyModel,
  parentField: string,
  parents: readonly Parent[],
  parts: readonly (readonly object[])[],
): Promise<{ parent: Parent; rows: Row[] }[]> {
  const { collection, db } = model;
  noteRead(collection.name, { [parentField]: { $in: parents } });
  const lookUps = parts.map((pipeline, part) => ({
    $lookup: { from: collection.name, localField: 'parent', foreignField: parentField, as: `part${part}`, pipeline: [...pipeline] },
  }));
  const found = await db
    .getClient()
    .db(db.name)
    .aggregate<{ parent: Parent } & Record<string, Row[]>>([{ $documents: parents.map((parent) => ({ parent })) }, ...lookUps])
    .toArray();
  return found.map((row) => ({ parent: row.parent, rows: parts.flatMap((_, part) => row[`part${part}`]!) }));
}
