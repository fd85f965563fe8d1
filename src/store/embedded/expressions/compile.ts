/** Aggregation expressions as functions over typed values. An operator that is not here is refused by name. */
import type { Document, Timestamp } from 'bson';
import type { Collation } from '../collation.js';
import { CommandError } from '../errors.js';
import { Fields } from '../values/fields.js';
import { field, isDocument, type Value } from '../values/types.js';

/** Values by name, as a command's `let` gives them. */
export type Variables = Record<string, Value>;

export interface Scope {
  readonly root: Value;
  readonly variables: Variables;
}

/** An expression's value in a scope; undefined where it is missing. */
export type Evaluate = (scope: Scope) => Value;

/** What is known where an expression is compiled. */
export interface Context {
  names: ReadonlySet<string>;
  collation: Collation | null;
  operators: Readonly<Record<string, OperatorCompiler>>;
  /** One moment for the whole expression. */
  now: Date;
  clusterTime(): Timestamp;
}

export type OperatorCompiler = (operand: Value, context: Context, name: string) => Evaluate;

/** Operators that MongoDB has and this store does not. */
const notImplemented = new Set(['$function', '$accumulator', '$meta', '$toHashedIndexKey', '$encStrStartsWith', '$createObjectId']);

export function newScope(root: Value, variables: Variables = {}): Scope {
  return { root, variables };
}

export function within(scope: Scope, variables: Variables): Scope {
  return { root: scope.root, variables: { ...scope.variables, ...variables } };
}

export function named(context: Context, ...names: string[]): Context {
  return { ...context, names: new Set([...context.names, ...names]) };
}

export function compileIn(expression: Value, context: Context): Evaluate {
  if (typeof expression === 'string' && expression.startsWith('$')) return compilePath(expression, context);
  if (Array.isArray(expression)) {
    const elements = expression.map((element: Value) => compileIn(element, context));
    return (scope) => elements.map((element) => element(scope) ?? null);
  }
  if (!isDocument(expression)) return () => expression;
  const names = Object.keys(expression);
  const operator = names.find((name) => name.startsWith('$'));
  if (operator === undefined) return compileDocument(expression, context);
  if (names.length > 1) {
    throw new CommandError(15983, 'an expression specification must contain exactly one field, the name of the expression.');
  }
  return compileOperator(operator, expression[operator], context);
}

function compileDocument(expression: Document, context: Context): Evaluate {
  const fields = Object.entries(expression).map(([name, value]) => [fieldName(name), compileIn(value as Value, context)] as const);
  return (scope) => {
    const made = new Fields();
    for (const [name, evaluate] of fields) {
      const value = evaluate(scope);
      if (value !== undefined) made.set(name, value);
    }
    return made.document;
  };
}

/** @throws CommandError where a computed field's name is none */
export function fieldName(name: string): string {
  if (name === '') throw new CommandError(40352, 'FieldPath cannot be constructed with empty string');
  if (name.includes('.'))
    throw new CommandError(40235, `FieldPath field names may not contain '.'. Consider using $getField or $setField: ${name}`);
  return name;
}

function compileOperator(name: string, operand: Value, context: Context): Evaluate {
  if (Object.hasOwn(context.operators, name)) return context.operators[name]!(operand, context, name);
  if (notImplemented.has(name)) throw new CommandError(238, `${name} is not implemented`);
  throw new CommandError(168, `Unrecognized expression '${name}'`);
}

function compilePath(expression: string, context: Context): Evaluate {
  if (!expression.startsWith('$$')) return reach((scope) => scope.variables['CURRENT'] ?? scope.root, pathSteps(expression.slice(1)));
  const [name, ...steps] = pathSteps(expression.slice(2));
  if (!context.names.has(name!)) throw new CommandError(17276, `Use of undefined variable: ${name}`);
  return reach(variable(name!, context), steps);
}

/** @throws CommandError where a path has an empty step */
export function pathSteps(path: string): string[] {
  if (path === '') throw new CommandError(16872, "'$' by itself is not a valid FieldPath");
  const steps = path.split('.');
  if (path.endsWith('.')) throw new CommandError(40353, "FieldPath must not end with a '.'.");
  if (steps.includes('')) throw new CommandError(15998, 'FieldPath field names may not be empty strings.');
  if (steps.some((step) => step.startsWith('$'))) {
    throw new CommandError(16410, `FieldPath field names may not start with '$'. Consider using $getField or $setField. Path: ${path}`);
  }
  return steps;
}

function variable(name: string, { now, clusterTime }: Context): Evaluate {
  switch (name) {
    case 'ROOT':
      return (scope) => scope.root;
    case 'CURRENT':
      return (scope) => scope.variables['CURRENT'] ?? scope.root;
    case 'REMOVE':
      return () => undefined;
    case 'NOW':
      return () => now;
    case 'CLUSTER_TIME': {
      const time = clusterTime();
      return () => time;
    }
    default:
      return (scope) => (Object.hasOwn(scope.variables, name) ? scope.variables[name] : undefined);
  }
}

function reach(source: Evaluate, steps: readonly string[]): Evaluate {
  if (steps.length === 1) {
    const [step] = steps as [string];
    return (scope) => {
      const value = source(scope);
      return isDocument(value) ? field(value, step) : follow(value, steps, 0);
    };
  }
  return (scope) => follow(source(scope), steps, 0);
}

/** A path goes through the documents of an array and gives what they have; not through arrays within arrays. */
export function follow(value: Value, steps: readonly string[], at: number): Value {
  if (at === steps.length) return value;
  if (isDocument(value)) return follow(field(value, steps[at]!), steps, at + 1);
  if (!Array.isArray(value)) return undefined;
  return value
    .map((element) => (isDocument(element) ? follow(element, steps, at) : undefined))
    .filter((followed) => followed !== undefined);
}
