/** `$group` and what is made of it. */
import type { Document } from 'bson';
import { CommandError } from '../errors.js';
import { deviation, largest, smallest } from '../expressions/accumulations.js';
import { compileIn, type Context } from '../expressions/compile.js';
import { contextOf, newScope, type Evaluate, type ExpressionOptions } from '../expressions/index.js';
import { mergeObjects } from '../expressions/objects.js';
import { identityKey } from '../key.js';
import { compareBySort, parseSort } from '../sorting.js';
import { compare, isEqual } from '../values/order.js';
import { Total } from '../values/total.js';
import { documentOf } from '../values/fields.js';
import { isDocument, isNumeric, toNumber, type Value } from '../values/types.js';

/** Gathers a group's values and sums them up at the end. */
interface Accumulator {
  add(document: Document): void;
  result(): Value;
}

type AccumulatorFactory = () => Accumulator;
type AccumulatorCompiler = (operand: Value, context: Context, options: ExpressionOptions, name: string) => AccumulatorFactory;

const evaluateIn = (evaluate: Evaluate, document: Document, { variables }: ExpressionOptions): Value =>
  evaluate(newScope(document, variables));

/** Keeps one value, which every document may replace. */
const folding =
  (start: Value, fold: (state: Value, value: Value, context: Context) => Value): AccumulatorCompiler =>
  (operand, context, options) => {
    const evaluate = compileIn(operand, context);
    return () => {
      let state = start;
      return {
        add: (document) => (state = fold(state, evaluateIn(evaluate, document, options), context)),
        result: () => state,
      };
    };
  };

/** Keeps a running total of numbers. */
const totalling =
  (result: (total: Total) => Value): AccumulatorCompiler =>
  (operand, context, options) => {
    const evaluate = compileIn(operand, context);
    return () => {
      const total = new Total();
      return { add: (document) => total.add(evaluateIn(evaluate, document, options)), result: () => result(total) };
    };
  };

/** Keeps all values. */
const collecting =
  (summary: (values: Value[], context: Context) => Value): AccumulatorCompiler =>
  (operand, context, options) => {
    const evaluate = compileIn(operand, context);
    return () => {
      const values: Value[] = [];
      return {
        add: (document) => void values.push(evaluateIn(evaluate, document, options)),
        result: () => summary(values, context),
      };
    };
  };

const present = (values: Value[]): Value[] => values.filter((value) => value !== undefined);

const firstOrLast =
  (last: boolean): AccumulatorCompiler =>
  (operand, context, options) => {
    const evaluate = compileIn(operand, context);
    return () => {
      let chosen: Document | null = null;
      return {
        add: (document) => {
          if (last || !chosen) chosen = document;
        },
        result: () => (chosen ? (evaluateIn(evaluate, chosen, options) ?? null) : null),
      };
    };
  };

function countOf(value: Value, name: string): number {
  const count = isNumeric(value) ? toNumber(value) : NaN;
  if (!Number.isInteger(count) || count < 1) throw new CommandError(5787908, `'n' must be greater than 0 and whole in ${name}`);
  return count;
}

/** `$firstN` and its like: the operand names how many of which. */
const several =
  (pick: (values: Value[], n: number, context: Context) => Value[]): AccumulatorCompiler =>
  (operand, context, options, name) => {
    if (!isDocument(operand)) throw new CommandError(5787801, `specification must be an object; found ${name}`);
    const n = compileIn(operand['n'], context);
    const input = compileIn(operand['input'], context);
    return () => {
      const values: Value[] = [];
      return {
        add: (document) => void values.push(evaluateIn(input, document, options) ?? null),
        result: () => pick(values, countOf(n(newScope({}, options.variables)), name), context),
      };
    };
  };

/** `$top` and its like: documents by an order of their own. */
const ranked =
  (fromEnd: boolean, many: boolean): AccumulatorCompiler =>
  (operand, context, options, name) => {
    if (!isDocument(operand) || !isDocument(operand['sortBy'])) throw new CommandError(5788005, `${name} requires sortBy and output`);
    const order = compareBySort(parseSort(operand['sortBy']), context.collation);
    const output = compileIn(operand['output'], context);
    const n = many ? compileIn(operand['n'], context) : () => 1;
    return () => {
      const documents: Document[] = [];
      return {
        add: (document) => void documents.push(document),
        result: () => {
          const count = countOf(n(newScope({}, options.variables)), name);
          const sorted = documents.sort(order);
          const chosen = fromEnd ? sorted.slice(-count) : sorted.slice(0, count);
          const values = chosen.map((document) => evaluateIn(output, document, options) ?? null);
          return many ? values : (values[0] ?? null);
        },
      };
    };
  };

function distinct(values: Value[], { collation }: Context): Value[] {
  const sorted = present(values).sort((left, right) => compare(left, right, collation));
  return sorted.filter((value, at) => at === 0 || !isEqual(value, sorted[at - 1], collation));
}

const byOrder =
  (sign: number) =>
  (values: Value[], n: number, { collation }: Context) =>
    values
      .filter((value) => value !== null)
      .sort((left, right) => sign * compare(left, right, collation))
      .slice(0, n);

const accumulators: Record<string, AccumulatorCompiler> = {
  $sum: totalling((total) => total.sum()),
  $avg: totalling((total) => total.average()),
  $min: folding(null, (state, value, context) => smallest([state, value], context)),
  $max: folding(null, (state, value, context) => largest([state, value], context)),
  $push: collecting(present),
  $addToSet: collecting(distinct),
  $first: firstOrLast(false),
  $last: firstOrLast(true),
  $mergeObjects: collecting((values) => mergeObjects(values)),
  $stdDevPop: collecting(deviation(false)),
  $stdDevSamp: collecting(deviation(true)),
  $count: (operand, context, options, name) => {
    if (!isDocument(operand) || Object.keys(operand).length > 0) throw new CommandError(2, '$count takes no arguments, i.e. $count:{}');
    return accumulators['$sum']!(1, context, options, name);
  },
  $firstN: several((values, n) => values.slice(0, n)),
  $lastN: several((values, n) => values.slice(-n)),
  $minN: several(byOrder(1)),
  $maxN: several(byOrder(-1)),
  $top: ranked(false, false),
  $bottom: ranked(true, false),
  $topN: ranked(false, true),
  $bottomN: ranked(true, true),
};

export interface Grouping {
  add(document: Document): void;
  results(): Document[];
}

/** @throws CommandError where the stage is malformed or an accumulator is not implemented */
export function compileAccumulators(fields: [string, Value][], options: ExpressionOptions): (id: Value) => Grouping {
  const context = contextOf(options);
  const compiled = fields.map(([name, operand]) => [name, compileAccumulator(name, operand, context, options)] as const);
  return (id) => {
    const running = compiled.map(([name, create]) => [name, create()] as const);
    return {
      add: (document) => {
        for (const [, accumulator] of running) accumulator.add(document);
      },
      results: () => [documentOf([['_id', id] as const, ...running.map(([name, accumulator]) => [name, accumulator.result()] as const)])],
    };
  };
}

function compileAccumulator(field: string, operand: Value, context: Context, options: ExpressionOptions): AccumulatorFactory {
  if (field.includes('.')) throw new CommandError(40235, `The field name '${field}' cannot contain '.'`);
  if (field.startsWith('$')) throw new CommandError(40236, `The field name '${field}' cannot be an operator name`);
  if (!isDocument(operand)) throw new CommandError(40234, `The field '${field}' must be an accumulator object`);
  const names = Object.keys(operand);
  if (names.length !== 1) throw new CommandError(40238, `The field '${field}' must specify one accumulator`);
  const name = names[0]!;
  if (!Object.hasOwn(accumulators, name)) {
    if (name === '$accumulator' || name === '$percentile' || name === '$median') throw new CommandError(238, `${name} is not implemented`);
    throw new CommandError(15952, `unknown group operator '${name}'`);
  }
  if (Array.isArray(operand[name])) throw new CommandError(40237, `The ${name} accumulator is a unary operator`);
  return accumulators[name]!(operand[name] as Value, context, options, name);
}

export function compileGroup(operand: Value, options: ExpressionOptions): (documents: Iterable<Document>) => Document[] {
  if (!isDocument(operand)) throw new CommandError(15947, "a group's fields must be specified in an object");
  if (!('_id' in operand)) throw new CommandError(15955, 'a group specification must include an _id');
  const fields = Object.entries(operand).filter(([name]) => name !== '_id') as [string, Value][];
  const evaluate = compileIn(operand['_id'], contextOf(options));
  const create = compileAccumulators(fields, options);
  const collation = options.collation ?? null;
  return (documents) => {
    const groups = new Map<string, Grouping>();
    for (const document of documents) {
      const id = evaluateIn(evaluate, document, options) ?? null;
      const key = identityKey(collation ? collation.foldValue(id) : id);
      let group = groups.get(key);
      if (!group) groups.set(key, (group = create(id)));
      group.add(document);
    }
    return [...groups.values()].flatMap((group) => group.results());
  };
}
