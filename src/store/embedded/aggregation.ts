/** Aggregation: the leading stages become an indexed read, `$lookup` reads by index, the other stages stream. */
import type { Document } from 'bson';
import { compileStage, type StageContext } from './aggregation/stages.js';
import type { Deadline } from './arguments.js';
import type { Catalog, Collection } from './catalog.js';
import { CommandError } from './errors.js';
import { compileExpression, newScope, type ExpressionOptions } from './expressions/index.js';
import { documentOf, type FindOptions, type Reader, type ReadStatistics, type View } from './reader.js';
import { parseSort } from './sorting.js';
import { isDocument, isNumeric, toNumber, typeOf, type Value } from './values/types.js';

export interface LeadingRead {
  filter: Document;
  options: FindOptions;
  rest: Document[];
}

/** Splits off what the reader can do: `$match`, then `$sort`, `$skip` and `$limit`. */
export function leadingRead(pipeline: Document[]): LeadingRead {
  const options: FindOptions = {};
  const filters: Document[] = [];
  let at = 0;
  while (isDocument(pipeline[at]?.['$match'])) filters.push(pipeline[at++]!['$match'] as Document);
  const sort = pipeline[at]?.['$sort'] as Value;
  if (isDocument(sort) && Object.keys(sort).length > 0) options.sort = pipeline[at++]!['$sort'] as Document;
  if (isCountable(pipeline[at]?.['$skip'], 0)) options.skip = toNumber(pipeline[at++]!['$skip']);
  if (isCountable(pipeline[at]?.['$limit'], 1)) options.limit = toNumber(pipeline[at++]!['$limit']);
  const filter = filters.length === 0 ? {} : filters.length === 1 ? filters[0]! : { $and: filters };
  return { filter, options, rest: pipeline.slice(at) };
}

function isCountable(value: Value, least: number): boolean {
  return isNumeric(value) && Number.isInteger(toNumber(value)) && toNumber(value) >= least;
}

/** What an aggregation runs in. */
interface Surroundings extends ExpressionOptions {
  database: string;
  view: View;
  statistics: ReadStatistics;
  hint?: string | Document;
  deadline?: Deadline;
}

export class Aggregation {
  constructor(
    private readonly catalog: Catalog,
    private readonly reader: Reader,
  ) {}

  /** @throws CommandError for a pipeline that is malformed or not implemented, before anything is read */
  run(collection: Collection | undefined, pipeline: Document[], within: Surroundings): Iterable<Document> {
    const context = this.contextOf(within);
    // Compiling all stages refuses what is wrong with them, even where nothing would reach them.
    const [source, stages] = isDocuments(pipeline[0]) ? [documentsOf(pipeline[0], within), pipeline.slice(1)] : [null, pipeline];
    const compiled = stages.map((stage) => compileStage(stage, context));
    if (source) return compiled.reduce<Iterable<Document>>((documents, stage) => stage(documents), source);
    const { filter, options, rest } = leadingRead(pipeline);
    if (options.sort) parseSort(options.sort);
    const read = { ...options, collation: within.collation, variables: within.variables, hint: within.hint, deadline: within.deadline };
    if (collection && isCount(rest)) return countResult(rest, this.reader.count(collection, filter, read, within.view));
    const documents = collection ? this.read(collection, filter, read, within) : [];
    return compiled.slice(pipeline.length - rest.length).reduce<Iterable<Document>>((current, stage) => stage(current), documents);
  }

  contextOf(within: Surroundings): StageContext {
    const { variables, collation } = within;
    return {
      variables,
      collation,
      runOver: (name, pipeline, options) => this.run(this.find(within, name), pipeline, { ...within, ...options, hint: undefined }),
      runOn: (documents, pipeline, options) => {
        const context = { ...this.contextOf(within), ...options };
        return pipeline.map((stage) => compileStage(stage, context)).reduce((current, stage) => stage(current), documents);
      },
    };
  }

  private find({ database, view }: Surroundings, name: string): Collection | undefined {
    return view.collectionNamed?.(database, name) ?? this.catalog.find(database, name);
  }

  private *read(collection: Collection, filter: Document, options: FindOptions, { view, statistics }: Surroundings): Generator<Document> {
    for (const row of this.reader.find(collection, filter, options, view, statistics)) yield documentOf(row);
  }
}

/** Whether a stage gives documents of its own instead of a collection's. */
export function isDocuments(stage: Document | undefined): stage is Document {
  return isDocument(stage) && '$documents' in stage;
}

function documentsOf(stage: Document, { variables, collation }: ExpressionOptions): Document[] {
  const found = compileExpression(stage['$documents'], { variables, collation })(newScope({}, variables));
  if (!Array.isArray(found) || !found.every(isDocument)) {
    throw new CommandError(5858203, `an array is expected for $documents, found: ${typeOf(found)}`);
  }
  return found;
}

/** The driver's countDocuments: `$group` of everything into one sum. */
function isCount(stages: Document[]): boolean {
  const group = stages.length === 1 ? (stages[0]!['$group'] as Document | undefined) : undefined;
  if (!isDocument(group)) return false;
  const { _id, ...fields } = group;
  const sums = Object.values(fields);
  return (
    (typeof _id !== 'object' || _id === null) &&
    typeof _id !== 'string' &&
    sums.length === 1 &&
    isDocument(sums[0]) &&
    sums[0]['$sum'] === 1
  );
}

function countResult(stages: Document[], count: number): Document[] {
  if (count === 0) return [];
  const { _id, ...fields } = stages[0]!['$group'] as Document;
  return [{ _id: _id as unknown, [Object.keys(fields)[0]!]: count }];
}
