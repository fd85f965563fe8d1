/** How a read or write would find its documents, and what it would look at. */
import type { Document } from 'bson';
import { leadingRead } from './aggregation.js';
import { parseCollation } from './collation.js';
import { identityIndex, type Catalog, type Collection } from './catalog.js';
import { CommandError } from './errors.js';
import type { Plan } from './planner.js';
import { isIdentityLookup, type FindOptions, type Reader } from './reader.js';
import { commandVariables } from './variables.js';

/** What of a command decides how its documents are found. */
interface Explained {
  filter: Document;
  options: FindOptions;
  /** The stage that changes what is found, where one does. */
  writes: 'UPDATE' | 'DELETE' | null;
}

const verbosities = ['queryPlanner', 'executionStats', 'allPlansExecution'];

/** @throws CommandError for a command that cannot be explained */
export function explain(catalog: Catalog, reader: Reader, command: Document): Document {
  const inner = command['explain'] as Document;
  const verbosity = (command['verbosity'] ?? 'allPlansExecution') as string;
  if (!verbosities.includes(verbosity)) throw new CommandError(9, `verbosity string must be one of ${verbosities.join(', ')}`);
  const name = Object.keys(inner)[0] ?? '';
  const explained = explainedOf(name, inner);
  const namespace = `${String(command['$db'])}.${String(inner[name])}`;
  const collection = catalog.find(String(command['$db']), String(inner[name]));
  const plan = collection && reader.plan(collection, explained.filter, explained.options);
  const winningPlan = plan ? stagesOf(plan, explained) : { stage: 'EOF' };
  return {
    explainVersion: '1',
    queryPlanner: { namespace, parsedQuery: explained.filter, winningPlan, rejectedPlans: [] },
    ...(verbosity === 'queryPlanner'
      ? {}
      : {
          executionStats: {
            ...statisticsOf(reader, collection, explained),
            executionStages: winningPlan,
            ...(verbosity === 'allPlansExecution' ? { allPlansExecution: [] } : {}),
          },
        }),
    command: { ...inner, $db: command['$db'] as string },
    ok: 1,
  };
}

function statisticsOf(reader: Reader, collection: Collection | undefined, { filter, options, writes }: Explained): Document {
  const statistics = { keysExamined: 0, documentsExamined: 0 };
  let found = 0;
  if (collection) for (const row of reader.find(collection, filter, options, {}, statistics)) found += row ? 1 : 0;
  return {
    executionSuccess: true,
    nReturned: writes ? 0 : found,
    totalKeysExamined: statistics.keysExamined,
    totalDocsExamined: statistics.documentsExamined,
  };
}

function stagesOf(plan: Plan, { filter, options, writes }: Explained): Document {
  const read = scanOf(plan, filter);
  const sorted = plan.sorted ? read : { stage: 'SORT', sortPattern: options.sort, inputStage: read };
  return writes ? { stage: writes, inputStage: sorted } : sorted;
}

function scanOf(plan: Plan, filter: Document): Document {
  const direction = plan.reverse ? 'backward' : 'forward';
  const tested = plan.exact ? {} : { filter };
  if (!plan.index) return { stage: 'COLLSCAN', ...tested, direction };
  const { name, key, multikey, unique, sparse } = plan.index;
  if (plan.ranges.length === 1 && isIdentityLookup(plan)) return { stage: 'IDHACK', indexName: name, keyPattern: key };
  const partial = plan.index.partialFilterExpression !== undefined;
  const isUnique = unique || name === identityIndex;
  const scan = {
    stage: 'IXSCAN',
    keyPattern: key,
    indexName: name,
    isMultiKey: multikey,
    isUnique,
    isSparse: sparse,
    isPartial: partial,
    direction,
  };
  return { stage: 'FETCH', ...tested, inputStage: scan };
}

function explainedOf(name: string, command: Document): Explained {
  const within = {
    collation: parseCollation(command['collation']),
    variables: commandVariables(command),
    hint: command['hint'] as string | Document | undefined,
  };
  const { sort, skip, limit } = command as FindOptions;
  const filter = ((command['filter'] ?? command['query']) as Document | undefined) ?? {};
  switch (name) {
    case 'find':
      return { filter, options: { sort, skip, limit, ...within }, writes: null };
    case 'count':
    case 'distinct':
      return { filter, options: { skip, limit, ...within }, writes: null };
    case 'aggregate': {
      const { filter: leading, options } = leadingRead(command['pipeline'] as Document[]);
      return { filter: leading, options: { ...options, ...within }, writes: null };
    }
    case 'findAndModify':
      return { filter, options: { sort, limit: 1, ...within }, writes: command['remove'] === true ? 'DELETE' : 'UPDATE' };
    case 'update':
    case 'delete':
      return explainedStatement(name, command);
    default:
      throw new CommandError(59, `Explain failed due to unknown command: ${name}`);
  }
}

function explainedStatement(name: 'update' | 'delete', command: Document): Explained {
  const statements = (command['updates'] ?? command['deletes']) as Document[] | undefined;
  if (statements?.length !== 1) throw new CommandError(2, 'explained write batches must be of size 1');
  const { q: filter, multi, limit, sort, hint, collation } = statements[0]!;
  const single = name === 'update' ? multi !== true : Number(limit) === 1;
  const options = {
    limit: single ? 1 : 0,
    sort: sort as Document | undefined,
    hint: hint as string | Document | undefined,
    collation: parseCollation(collation),
    variables: commandVariables(command),
  };
  return { filter: filter as Document, options, writes: name === 'update' ? 'UPDATE' : 'DELETE' };
}
