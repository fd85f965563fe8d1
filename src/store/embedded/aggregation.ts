/** Aggregation: the leading stages become an indexed read, `$lookup` reads by index, mingo does the rest. */
import type { Document } from 'bson';
import { Aggregator } from 'mingo';
import type { Catalog, Collection } from './catalog.js';
import { CommandError } from './errors.js';
import { valuesAt } from './index-entries.js';
import { decode } from './raw-document.js';
import type { FindOptions, Reader, ReadStatistics, View } from './reader.js';

const supported = new Set([
  '$addFields',
  '$bucket',
  '$bucketAuto',
  '$count',
  '$documents',
  '$facet',
  '$group',
  '$limit',
  '$lookup',
  '$match',
  '$project',
  '$replaceRoot',
  '$replaceWith',
  '$sample',
  '$set',
  '$setWindowFields',
  '$skip',
  '$sort',
  '$sortByCount',
  '$unset',
  '$unwind',
]);

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
  while (pipeline[at]?.['$match'] !== undefined) filters.push(pipeline[at++]!['$match'] as Document);
  if (pipeline[at]?.['$sort']) options.sort = pipeline[at++]!['$sort'] as Document;
  if (pipeline[at]?.['$skip'] !== undefined) options.skip = pipeline[at++]!['$skip'] as number;
  if (pipeline[at]?.['$limit'] !== undefined) options.limit = pipeline[at++]!['$limit'] as number;
  const filter = filters.length === 0 ? {} : filters.length === 1 ? filters[0]! : { $and: filters };
  return { filter, options, rest: pipeline.slice(at) };
}

export class Aggregation {
  constructor(
    private readonly catalog: Catalog,
    private readonly reader: Reader,
  ) {}

  run(database: string, collection: Collection | undefined, pipeline: Document[], view: View, statistics: ReadStatistics): Document[] {
    for (const stage of pipeline) requireSupported(stage);
    if (pipeline[0]?.['$documents']) {
      return this.continue(database, pipeline[0]['$documents'] as Document[], pipeline.slice(1), view, statistics);
    }
    const { filter, options, rest } = leadingRead(pipeline);
    if (collection && isCount(rest)) return countResult(rest, this.reader.count(collection, filter, options, view));
    const documents = collection ? this.read(collection, filter, options, view, statistics) : [];
    return this.continue(database, documents, rest, view, statistics);
  }

  private read(collection: Collection, filter: Document, options: FindOptions, view: View, statistics: ReadStatistics): Document[] {
    const documents: Document[] = [];
    for (const row of this.reader.find(collection, filter, options, view, statistics)) documents.push(row.document ?? decode(row.bytes));
    return documents;
  }

  private continue(database: string, documents: Document[], stages: Document[], view: View, statistics: ReadStatistics): Document[] {
    let current = documents;
    let pending: Document[] = [];
    for (const stage of stages) {
      if (!stage['$lookup']) {
        pending.push(stage);
        continue;
      }
      current = this.lookUp(database, compute(current, pending), stage['$lookup'] as Document, view, statistics);
      pending = [];
    }
    return compute(current, pending);
  }

  /** Joins by equality through the foreign collection's index, then runs the stage's own pipeline for each document. */
  private lookUp(database: string, documents: Document[], specification: Document, view: View, statistics: ReadStatistics): Document[] {
    const {
      from,
      localField,
      foreignField,
      as,
      pipeline = [],
    } = specification as {
      from: string;
      localField?: string;
      foreignField?: string;
      as: string;
      pipeline?: Document[];
    };
    if (!localField || !foreignField || specification['let']) {
      throw new CommandError(238, '$lookup is implemented with localField and foreignField only');
    }
    const collection = this.catalog.find(database, from);
    return documents.map((document) => {
      const values = valuesAt(document, localField.split('.'), 0).flatMap((value) => value as unknown[]);
      const condition = values.length === 1 ? (values[0] ?? null) : { $in: values };
      const stages = [{ $match: { [foreignField]: condition } }, ...pipeline];
      return { ...document, [as]: this.run(database, collection, stages, view, statistics) };
    });
  }
}

function compute(documents: Document[], stages: Document[]): Document[] {
  if (stages.length === 0) return documents;
  try {
    return new Aggregator(stages, {}).run<Document>(documents);
  } catch (error) {
    throw new CommandError(2, error instanceof Error ? error.message : String(error));
  }
}

function requireSupported(stage: Document): void {
  const names = Object.keys(stage);
  if (names.length !== 1) {
    throw new CommandError(40324, 'A pipeline stage specification object must contain exactly one field.');
  }
  const name = names[0]!;
  if (name === '$out' || name === '$merge' || name === '$changeStream') throw new CommandError(238, `${name} is not implemented`);
  if (!supported.has(name)) throw new CommandError(40324, `Unrecognized pipeline stage name: '${name}'`);
}

/** The driver's countDocuments: `$group` of everything into one sum. */
function isCount(stages: Document[]): boolean {
  const group = stages.length === 1 ? (stages[0]!['$group'] as Document | undefined) : undefined;
  if (!group) return false;
  const { _id, ...fields } = group;
  const sums = Object.values(fields);
  return (typeof _id !== 'object' || _id === null) && typeof _id !== 'string' && sums.length === 1 && (sums[0] as Document)['$sum'] === 1;
}

function countResult(stages: Document[], count: number): Document[] {
  if (count === 0) return [];
  const { _id, ...fields } = stages[0]!['$group'] as Document;
  return [{ _id: _id as unknown, [Object.keys(fields)[0]!]: count }];
}
