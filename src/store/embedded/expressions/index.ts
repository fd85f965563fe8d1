/** The expressions that are implemented, and the way in to them. */
import { nextTimestamp } from '../clock.js';
import { accumulations } from './accumulations.js';
import { arithmetic } from './arithmetic.js';
import { arrays } from './arrays.js';
import { compileIn, type Context, type Evaluate, type OperatorCompiler, type Variables } from './compile.js';
import { conversions } from './conversions.js';
import { dates } from './dates.js';
import { logic } from './logic.js';
import { objects } from './objects.js';
import { strings } from './strings.js';
import type { Collation } from '../collation.js';
import type { Value } from '../values/types.js';

export { newScope, type Evaluate, type Scope, type Variables } from './compile.js';

export interface ExpressionOptions {
  variables?: Variables;
  collation?: Collation | null;
}

const builtIn = ['ROOT', 'CURRENT', 'NOW', 'CLUSTER_TIME', 'REMOVE'];

const operators: Record<string, OperatorCompiler> = {
  ...accumulations,
  ...arithmetic,
  ...arrays,
  ...conversions,
  ...dates,
  ...logic,
  ...objects,
  ...strings,
};

export function contextOf({ variables = {}, collation = null }: ExpressionOptions): Context {
  const names = new Set([...builtIn, ...Object.keys(variables)]);
  return { names, collation, operators, now: new Date(), clusterTime: nextTimestamp };
}

/** @throws CommandError where the expression is malformed or uses what is not implemented */
export function compileExpression(expression: Value, options: ExpressionOptions = {}): Evaluate {
  return compileIn(expression, contextOf(options));
}
