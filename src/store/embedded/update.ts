/** Turns an update command's operators, pipeline or replacement into the new document. */
import { ObjectId, type Document } from 'bson';
import { Aggregator, update as applyOperators } from 'mingo';
import { CommandError } from './errors.js';
import { sameValue } from './writer.js';

const operators = new Set([
  '$addToSet',
  '$bit',
  '$currentDate',
  '$inc',
  '$max',
  '$min',
  '$mul',
  '$pop',
  '$pull',
  '$pullAll',
  '$push',
  '$rename',
  '$set',
  '$setOnInsert',
  '$unset',
]);
const pipelineStages = new Set(['$addFields', '$set', '$project', '$unset', '$replaceRoot', '$replaceWith']);

export type Modification = Document | Document[];

export interface UpdateSpecification {
  modification: Modification;
  filter: Document;
  arrayFilters: Document[] | undefined;
}

/** Refuses a malformed modification before any document is read. */
export function validateModification(modification: Modification, multi: boolean): void {
  if (Array.isArray(modification)) {
    for (const stage of modification) {
      const name = Object.keys(stage)[0] ?? '';
      if (!pipelineStages.has(name)) throw new CommandError(72, `${name} is not allowed to be used within an update`);
    }
    return;
  }
  const names = Object.keys(modification);
  if (!isOperatorUpdate(modification)) {
    const misplaced = names.find((name) => name.startsWith('$'));
    if (misplaced)
      throw new CommandError(
        52,
        `The dollar ($) prefixed field '${misplaced}' is not allowed in the context of an update's replacement document.`,
      );
    if (multi) throw new CommandError(9, 'multi update is not supported for replacement-style update');
    return;
  }
  const unknown = names.find((name) => !operators.has(name));
  if (unknown) {
    throw new CommandError(
      9,
      `Unknown modifier: ${unknown}. Expected a valid update modifier or pipeline-style update specified as an array`,
    );
  }
  requireDistinctPaths(modification);
}

function isOperatorUpdate(modification: Document): boolean {
  return Object.keys(modification)[0]?.startsWith('$') ?? false;
}

function requireDistinctPaths(modification: Document): void {
  const paths = Object.entries(modification)
    .flatMap(([operator, fields]) => {
      if (typeof fields !== 'object' || fields === null) {
        throw new CommandError(
          9,
          `Modifiers operate on fields but we found type ${typeof fields} instead. For example: {$mod: {<field>: ...}} not {${operator}: ${String(fields)}}`,
        );
      }
      return Object.keys(fields as Document);
    })
    .sort();
  for (let at = 1; at < paths.length; at++) {
    if (paths[at] === paths[at - 1] || paths[at]!.startsWith(`${paths[at - 1]}.`)) {
      throw new CommandError(40, `Updating the path '${paths[at]}' would create a conflict at '${paths[at - 1]}'`);
    }
  }
}

/** The document after the modification. The given document is left as it is where it is replaced, else changed. */
export function modify(document: Document, { modification, filter, arrayFilters }: UpdateSpecification, inserting = false): Document {
  const id = document['_id'] as unknown;
  let result: Document;
  if (Array.isArray(modification)) {
    result = runPipeline(document, modification);
  } else if (!isOperatorUpdate(modification)) {
    const { _id: replaced = id, ...rest } = modification;
    result = replaced === undefined ? rest : { _id: replaced, ...rest };
  } else {
    result = document;
    applyAll(result, modification, filter, arrayFilters, inserting);
  }
  if (id !== undefined && !sameValue(result['_id'], id)) {
    throw immutableIdentity();
  }
  return result;
}

function runPipeline(document: Document, stages: Document[]): Document {
  try {
    return new Aggregator(stages, {}).run<Document>([document])[0]!;
  } catch (error) {
    throw new CommandError(9, error instanceof Error ? error.message : String(error));
  }
}

function applyAll(
  document: Document,
  modification: Document,
  filter: Document,
  arrayFilters: Document[] | undefined,
  inserting: boolean,
): void {
  const { $setOnInsert, ...rest } = modification as { $setOnInsert?: Document } & Document;
  const effective: Document = { ...rest };
  if (inserting && $setOnInsert) effective['$set'] = { ...(effective['$set'] as Document | undefined), ...$setOnInsert };
  takeIdentity(document, effective);
  for (const operator of Object.keys(effective)) {
    if (Object.keys(effective[operator] as Document).length === 0) delete effective[operator];
  }
  if (Object.keys(effective).length === 0) return;
  requireNumbers(document, effective['$inc'] as Document | undefined, 'increment');
  requireNumbers(document, effective['$mul'] as Document | undefined, 'multiply');
  const positional = JSON.stringify(Object.values(effective).map((fields) => Object.keys(fields as Document))).includes('.$');
  try {
    // Nothing of the command outlives it, so its values need no copies; mingo's copies would lose BSON's classes.
    applyOperators(document, effective, arrayFilters ?? [], positional ? filter : {}, { cloneMode: 'none' });
  } catch (error) {
    throw new CommandError(2, error instanceof Error ? error.message : String(error));
  }
}

/** mingo sets no `_id`; MongoDB does in an upsert, and accepts the one that is there. */
function takeIdentity(document: Document, effective: Document): void {
  const { _id, ...fields } = (effective['$set'] ?? {}) as Document;
  if (_id === undefined) return;
  effective['$set'] = fields;
  document['_id'] ??= _id;
  if (!sameValue(document['_id'], _id)) throw immutableIdentity();
}

function immutableIdentity(): CommandError {
  return new CommandError(66, "Performing an update on the path '_id' would modify the immutable field '_id'");
}

function requireNumbers(document: Document, fields: Document | undefined, verb: string): void {
  for (const [path, amount] of Object.entries(fields ?? {})) {
    if (typeof amount !== 'number' && typeof amount !== 'object') {
      throw new CommandError(14, `Cannot ${verb} with non-numeric argument: {${path}: ${JSON.stringify(amount)}}`);
    }
    const current = path.split('.').reduce<unknown>((value, step) => (value as Document | undefined)?.[step], document);
    if (current !== undefined && typeof current !== 'number' && !path.includes('$') && !isNumberObject(current)) {
      throw new CommandError(
        14,
        `Cannot apply $${verb === 'increment' ? 'inc' : 'mul'} to a value of non-numeric type. {_id: ${String(document['_id'])}} has the field '${path}' of non-numeric type ${typeof current}`,
      );
    }
  }
}

function isNumberObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '_bsontype' in value && ['Long', 'Decimal128'].includes(String(value._bsontype));
}

/** What an upsert inserts: the filter's equalities, then the modification. */
export function upsertDocument(specification: UpdateSpecification): Document {
  const base: Document = {};
  collectEqualities(specification.filter, base);
  const result = modify(base, specification, true);
  const { _id = new ObjectId(), ...rest } = result;
  return { _id, ...rest };
}

function collectEqualities(filter: Document, into: Document): void {
  for (const [path, condition] of Object.entries(filter)) {
    if (path === '$and') {
      for (const part of condition as Document[]) collectEqualities(part, into);
      continue;
    }
    if (path.startsWith('$')) continue;
    const value = equalityOf(condition);
    if (value === undefined) continue;
    if (path === '_id') into['_id'] = value;
    else applyOperators(into, { $set: { [path]: value } });
  }
}

function equalityOf(condition: unknown): unknown {
  if (condition instanceof RegExp) return undefined;
  if (typeof condition !== 'object' || condition === null || condition.constructor !== Object) return condition;
  const first = Object.keys(condition)[0];
  if (!first?.startsWith('$')) return condition;
  const { $eq, $in } = condition as { $eq?: unknown; $in?: unknown[] };
  return $eq ?? ($in?.length === 1 ? $in[0] : undefined);
}
