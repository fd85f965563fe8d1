/** The stages of a pipeline, each from documents to documents; they stream where they can. */
import { Long, type Document } from 'bson';
import { CommandError } from '../errors.js';
import { compileExpression, newScope, type ExpressionOptions } from '../expressions/index.js';
import { compileFilter } from '../query/matching.js';
import { isPosition } from '../query/paths.js';
import { parseSort, sortByKeys, sortValues } from '../sorting.js';
import { compare, rankOf } from '../values/order.js';
import { documentOf, withField } from '../values/fields.js';
import { field, isDocument, isNumeric, toNumber, typeOf, type Value } from '../values/types.js';
import { compileAccumulators, compileGroup } from './groups.js';
import { reshaping } from './reshaping.js';

/** What a stage needs of its surroundings. */
export interface StageContext extends ExpressionOptions {
  /** Runs a pipeline over another collection, or over documents. */
  runOver(collection: string, pipeline: Document[], options: ExpressionOptions): Iterable<Document>;
  runOn(documents: Iterable<Document>, pipeline: Document[], options: ExpressionOptions): Iterable<Document>;
}

export type Stage = (documents: Iterable<Document>) => Iterable<Document>;
type StageCompiler = (operand: Value, context: StageContext) => Stage;

function mapping(run: (document: Document) => Document): Stage {
  return function* (documents) {
    for (const document of documents) yield run(document);
  };
}

function wholeNumber(value: Value, name: string, least: number, code: number): number {
  const number = isNumeric(value) ? toNumber(value) : NaN;
  if (!Number.isInteger(number))
    throw new CommandError(code, `invalid argument to ${name} stage: Expected an integer: ${name}: ${String(value)}`);
  if (number < least)
    throw new CommandError(code === 5107201 ? 5107200 : code, `invalid argument to ${name} stage: the value must be at least ${least}`);
  return number;
}

const limit: StageCompiler = (operand) => {
  const count = wholeNumber(operand, '$limit', 0, 5107201);
  if (count === 0) throw new CommandError(15958, 'the limit must be positive');
  return function* (documents) {
    let left = count;
    for (const document of documents) {
      yield document;
      if (--left === 0) return;
    }
  };
};

const skip: StageCompiler = (operand) => {
  const count = wholeNumber(operand, '$skip', 0, 5107201);
  return function* (documents) {
    let position = 0;
    for (const document of documents) if (++position > count) yield document;
  };
};

const sort: StageCompiler = (operand, { collation = null }) => {
  const fields = parseSort(operand);
  if (fields.length === 0) throw new CommandError(15976, '$sort stage must have at least one sort key');
  return function* (documents) {
    const items = [...documents].map((item) => ({ values: sortValues(item, fields, collation), item }));
    yield* sortByKeys(items, fields, collation);
  };
};

const unwind: StageCompiler = (operand) => {
  const given: Document = isDocument(operand) ? operand : { path: operand };
  const { path, includeArrayIndex: indexField, preserveNullAndEmptyArrays: preserve, ...rest } = given as Document & Record<string, Value>;
  const foreign = Object.keys(rest)[0];
  if (foreign !== undefined) throw new CommandError(28811, `unrecognized option to $unwind stage: ${foreign}`);
  if (preserve !== undefined && typeof preserve !== 'boolean')
    throw new CommandError(28809, 'expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage');
  if (path === undefined) throw new CommandError(28812, 'no path specified to $unwind stage');
  if (typeof path !== 'string') throw new CommandError(28808, 'expected a string as the path for $unwind stage');
  if (!path.startsWith('$')) throw new CommandError(28818, `path option to $unwind stage should be prefixed with a '$': ${path}`);
  if (indexField !== undefined && (typeof indexField !== 'string' || indexField === '')) {
    throw new CommandError(28810, 'expected a non-empty string for the includeArrayIndex option to $unwind stage');
  }
  if (indexField?.startsWith('$'))
    throw new CommandError(28822, `includeArrayIndex option to $unwind stage should not be prefixed with a '$': ${indexField}`);
  const steps = path.slice(1).split('.');
  const indexSteps = indexField?.split('.');
  return function* (documents) {
    for (const document of documents) {
      const value = valueAt(document, steps);
      const elements: Value[] | null = Array.isArray(value) ? value : null;
      const single = elements === null && value !== undefined && value !== null;
      if (single || (preserve === true && !elements?.length)) {
        const kept = elements ? replaced(document, steps, undefined) : document;
        yield indexSteps ? replaced(kept, indexSteps, null) : kept;
        continue;
      }
      for (const [at, element] of (elements ?? []).entries()) {
        const unwound = replaced(document, steps, element);
        yield indexSteps ? replaced(unwound, indexSteps, Long.fromNumber(at)) : unwound;
      }
    }
  };
};

function valueAt(document: Value, steps: readonly string[]): Value {
  return steps.reduce<Value>((value, step) => (isDocument(value) ? field(value, step) : undefined), document);
}

/** A copy of the document with another value at a path. */
function replaced(document: Document, steps: readonly string[], value: Value): Document {
  const [step, ...rest] = steps as [string, ...string[]];
  const inner = field(document, step);
  return withField(document, step, rest.length === 0 ? value : replaced(isDocument(inner) ? inner : {}, rest, value));
}

const lookup: StageCompiler = (operand, context) => {
  if (!isDocument(operand)) throw new CommandError(9, 'the $lookup specification must be an Object');
  const { from, localField, foreignField, as, pipeline = [], let: variables = {} } = operand as Document & Record<string, Value>;
  requireLookup(operand);
  if (typeof as !== 'string') throw new CommandError(9, "must specify 'as' field for a $lookup");
  if ((localField === undefined) !== (foreignField === undefined)) {
    throw new CommandError(9, '$lookup requires both or neither of localField and foreignField to be specified');
  }
  if (localField === undefined && !('pipeline' in operand))
    throw new CommandError(9, "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified");
  if (isDocument(from)) throw new CommandError(238, '$lookup from another database is not implemented');
  if (!Array.isArray(pipeline)) throw new CommandError(14, 'the $lookup pipeline must be an array');
  if (!isDocument(variables)) throw new CommandError(9, "the $lookup 'let' argument must be an object");
  const lets = Object.entries(variables).map(([name, expression]) => [name, compileExpression(expression, context)] as const);
  const local = localField === undefined ? null : (localField as string).split('.');
  return mapping((document) => {
    const scope = newScope(document, context.variables);
    const given = { ...context.variables, ...Object.fromEntries(lets.map(([name, evaluate]) => [name, evaluate(scope)])) };
    const stages = local
      ? [{ $match: foreignFilter(document, local, foreignField as string) }, ...(pipeline as Document[])]
      : (pipeline as Document[]);
    const joined =
      from === undefined
        ? context.runOn([], stages, { ...context, variables: given })
        : context.runOver(from as string, stages, { ...context, variables: given });
    return replaced(document, as.split('.'), [...joined]);
  });
};

const lookupArguments = new Set(['from', 'localField', 'foreignField', 'as', 'pipeline', 'let']);

function requireLookup(operand: Document): void {
  const foreign = Object.keys(operand).find((name) => !lookupArguments.has(name));
  if (foreign !== undefined) throw new CommandError(9, `unknown argument to $lookup: ${foreign}`);
  for (const name of ['localField', 'foreignField', 'as']) {
    const value = operand[name] as Value;
    if (value !== undefined && typeof value !== 'string')
      throw new CommandError(9, `$lookup argument '${name}' must be a string, is type ${typeOf(value)}`);
  }
  const from = operand['from'] as Value;
  const pipeline = operand['pipeline'] as Value;
  const ownDocuments = Array.isArray(pipeline) && isDocument(pipeline[0]) && '$documents' in pipeline[0];
  if (from === undefined && !ownDocuments) throw new CommandError(9, "must specify 'from' field for a $lookup");
  if (from !== undefined && typeof from !== 'string' && !isDocument(from))
    throw new CommandError(9, `$lookup argument 'from' must be a string, is type ${typeOf(from)}`);
}

function foreignFilter(document: Document, local: readonly string[], foreign: string): Document {
  const values = localValues(document, local, 0);
  if (values.length <= 1) return { [foreign]: { $eq: values[0] ?? null } };
  return {
    $or: [
      { [foreign]: { $in: values.filter((value) => !isRegex(value)) } },
      ...values.filter(isRegex).map((value) => ({ [foreign]: { $eq: value } })),
    ],
  };
}

function isRegex(value: Value): boolean {
  return typeOf(value) === 'regex';
}

/** What is there at a path: through the documents of lists, and to a list's element by its position. */
function localValues(value: Value, steps: readonly string[], at: number): Value[] {
  if (at === steps.length) return Array.isArray(value) ? (value as Value[]) : value === undefined ? [] : [value];
  const step = steps[at]!;
  if (isDocument(value)) return localValues(field(value, step), steps, at + 1);
  if (!Array.isArray(value)) return [];
  const positioned = isPosition(step) ? localValues(value[Number(step)], steps, at + 1) : [];
  return [...positioned, ...value.filter(isDocument).flatMap((element) => localValues(element, steps, at))];
}

const unionWith: StageCompiler = (operand, context) => {
  const given: Document = typeof operand === 'string' ? { coll: operand } : (operand ?? {});
  const { coll, pipeline = [] } = given as { coll?: string; pipeline?: Document[] };
  const foreign = Object.keys(given).find((name) => name !== 'coll' && name !== 'pipeline');
  if (foreign !== undefined) throw new CommandError(40415, `BSON field '$unionWith.${foreign}' is an unknown field.`);
  if (typeof coll !== 'string') throw new CommandError(9, '$unionWith requires a collection');
  return function* (documents) {
    yield* documents;
    yield* context.runOver(coll, pipeline, context);
  };
};

const facet: StageCompiler = (operand, context) => {
  if (!isDocument(operand) || Object.keys(operand).length === 0)
    throw new CommandError(40169, 'the $facet specification must be a non-empty object');
  const facets = Object.entries(operand) as [string, Document[]][];
  for (const [name, stages] of facets) {
    if (!Array.isArray(stages)) throw new CommandError(40170, `arguments to $facet must be arrays, ${name} is type ${typeOf(stages)}`);
    for (const stage of stages) {
      const inner = Object.keys(stage)[0];
      if (inner === '$facet' || inner === '$changeStream')
        throw new CommandError(40600, `${inner} is not allowed to be used within a $facet stage`);
    }
  }
  return function* (documents) {
    const all = [...documents];
    yield documentOf(facets.map(([name, stages]) => [name, [...context.runOn(all, stages, context)]] as const));
  };
};

const count: StageCompiler = (operand) => {
  if (typeof operand !== 'string' || operand === '') throw new CommandError(40156, 'the count field must be a non-empty string');
  if (operand.startsWith('$')) throw new CommandError(40158, 'the count field cannot be a $-prefixed path');
  if (operand.includes('.')) throw new CommandError(40160, "the count field cannot contain '.'");
  return function* (documents) {
    let n = 0;
    for (const _document of documents) n++;
    if (n > 0) yield { [operand]: n };
  };
};

/** Whether a value is one that documents decide: a path or an expression. */
function isExpression(value: Value): boolean {
  if (typeof value === 'string') return value.startsWith('$');
  return isDocument(value) && (Object.keys(value)[0] ?? '').startsWith('$');
}

function requireBucketArguments(operand: Document): void {
  const foreign = Object.keys(operand).find((name) => !['groupBy', 'boundaries', 'default', 'output'].includes(name));
  if (foreign !== undefined) throw new CommandError(40197, `Unrecognized option to $bucket: ${foreign}.`);
  const { groupBy, boundaries, output } = operand as Record<string, Value>;
  if (groupBy === undefined || boundaries === undefined)
    throw new CommandError(40198, "$bucket requires 'groupBy' and 'boundaries' to be specified.");
  if (!isExpression(groupBy))
    throw new CommandError(40202, "The $bucket 'groupBy' field must be defined as a $-prefixed path or an expression");
  if (output !== undefined && !isDocument(output)) throw new CommandError(40196, "The $bucket 'output' field must be an object");
  const constants = [...(Array.isArray(boundaries) ? (boundaries as Value[]) : []), operand['default'] as Value];
  if (constants.some(isExpression)) throw new CommandError(238, '$bucket with boundaries that are expressions is not implemented');
}

const bucket: StageCompiler = (operand, context) => {
  if (!isDocument(operand))
    throw new CommandError(40201, `Argument to $bucket stage must be an object, but found type: ${typeOf(operand)}`);
  requireBucketArguments(operand);
  const { groupBy, boundaries, default: fallback, output = { count: { $sum: 1 } } } = operand as Document & Record<string, Value>;
  if (!Array.isArray(boundaries)) throw new CommandError(40200, "The $bucket 'boundaries' field must be an array");
  if (boundaries.length < 2) throw new CommandError(40192, "The $bucket 'boundaries' field must have at least 2 values");
  if (boundaries.some((value: Value) => rankOf(value) !== rankOf(boundaries[0])))
    throw new CommandError(40193, "All values in the 'boundaries' option to $bucket must have the same type");
  const collation = context.collation;
  boundaries.forEach((value: Value, at) => {
    if (at > 0 && compare(boundaries[at - 1], value, collation) >= 0) {
      throw new CommandError(40194, "The 'boundaries' option to $bucket must be sorted, but elements are not in ascending order");
    }
  });
  const isInside =
    fallback !== undefined && compare(fallback, boundaries[0], collation) >= 0 && compare(fallback, boundaries.at(-1), collation) < 0;
  if (isInside)
    throw new CommandError(
      40199,
      "The $bucket 'default' field must be less than the lowest boundary or greater than or equal to the highest boundary.",
    );
  const by = compileExpression(groupBy, context);
  const create = compileAccumulators(Object.entries(output as Document), context);
  return function* (documents) {
    const groups = new Map<number, ReturnType<typeof create>>();
    for (const document of documents) {
      const value = by(newScope(document, context.variables)) ?? null;
      let at = boundaries.findIndex((boundary: Value, position) => position > 0 && compare(value, boundary, collation) < 0) - 1;
      if (at >= 0 && compare(value, boundaries[at], collation) < 0) at = -1;
      if (at < 0) at = -1;
      if (at < 0 && fallback === undefined) {
        throw new CommandError(40066, '$switch could not find a matching branch for an input, and no default was specified.');
      }
      let group = groups.get(at);
      if (!group) groups.set(at, (group = create(at < 0 ? fallback : boundaries[at])));
      group.add(document);
    }
    const rank = (at: number): number => (at < 0 ? (compare(fallback, boundaries[0], collation) < 0 ? -1 : Infinity) : at);
    for (const [, group] of [...groups].sort(([left], [right]) => rank(left) - rank(right))) yield* group.results();
  };
};

const sample: StageCompiler = (operand) => {
  const size = isDocument(operand) && isNumeric(operand['size']) ? toNumber(operand['size']) : NaN;
  if (!(size > 0)) throw new CommandError(28747, 'size argument to $sample must be a positive integer');
  return function* (documents) {
    const chosen: Document[] = [];
    let seen = 0;
    for (const document of documents) {
      const at = Math.floor(Math.random() * ++seen);
      if (chosen.length < size) chosen.splice(Math.floor(Math.random() * (chosen.length + 1)), 0, document);
      else if (at < size) chosen[at] = document;
    }
    yield* chosen;
  };
};

function requireSortByCount(operand: Value): void {
  if (isExpression(operand)) return;
  if (isDocument(operand))
    throw new CommandError(40147, 'the sortByCount field must be defined as a $-prefixed path or an expression inside an object');
  if (typeof operand === 'string')
    throw new CommandError(40148, 'the sortByCount field must be defined as a $-prefixed path or an expression inside an object');
  throw new CommandError(40149, 'the sortByCount field must be specified as a string or as an object');
}

const stages: Record<string, StageCompiler> = {
  $match: (operand, context) => {
    if (!isDocument(operand)) throw new CommandError(15959, 'the match filter must be an expression in an object');
    const filter = compileFilter(operand, context);
    return function* (documents) {
      for (const document of documents) if (filter(document)) yield document;
    };
  },
  $limit: limit,
  $skip: skip,
  $sort: sort,
  $unwind: unwind,
  $lookup: lookup,
  $unionWith: unionWith,
  $facet: facet,
  $count: count,
  $bucket: bucket,
  $sample: sample,
  $group: (operand, context) => compileGroup(operand, context),
  $sortByCount: (operand, context) => {
    requireSortByCount(operand);
    const group = compileGroup({ _id: operand, count: { $sum: 1 } }, context);
    const byCount = sort({ count: -1 }, context);
    return (documents) => byCount(group(documents));
  },
};

/** Stages that MongoDB has and this store does not. */
const notImplemented = new Set([
  '$bucketAuto',
  '$changeStreamSplitLargeEvent',
  '$collStats',
  '$currentOp',
  '$densify',
  '$fill',
  '$geoNear',
  '$graphLookup',
  '$indexStats',
  '$listLocalSessions',
  '$listSampledQueries',
  '$listSessions',
  '$merge',
  '$out',
  '$planCacheStats',
  '$redact',
  '$setWindowFields',
  '$shardedDataDistribution',
]);

const atlasOnly = new Set(['$search', '$searchMeta', '$vectorSearch', '$listSearchIndexes', '$rankFusion']);

/** @throws CommandError for a stage that is malformed, unknown or not implemented */
export function compileStage(stage: Value, context: StageContext): Stage {
  if (!isDocument(stage)) throw new CommandError(14, "Each element of the 'pipeline' array must be an object");
  const names = Object.keys(stage);
  if (names.length !== 1) throw new CommandError(40323, 'A pipeline stage specification object must contain exactly one field.');
  const name = names[0]!;
  if (Object.hasOwn(stages, name)) return stages[name]!(stage[name], context);
  if (Object.hasOwn(reshaping, name)) return mapping(reshaping[name]!(stage[name], context));
  if (atlasOnly.has(name)) {
    throw new CommandError(31082, `${name} is only supported with Atlas`);
  }
  if (notImplemented.has(name)) throw new CommandError(238, `${name} is not implemented`);
  if (name === '$changeStream') throw new CommandError(40602, '$changeStream is only valid as the first stage in a pipeline');
  if (name === '$documents') throw new CommandError(40602, '$documents is only valid as the first stage in a pipeline');
  throw new CommandError(40324, `Unrecognized pipeline stage name: '${name}'`);
}
