/** Truth, comparison, conditions and variables. */
import type { Document } from 'bson';
import { CommandError } from '../errors.js';
import { compare } from '../values/order.js';
import { isDocument, isTruthy, type Value } from '../values/types.js';
import { compileIn, named, within, type Evaluate, type OperatorCompiler } from './compile.js';
import { absent, compileOperands, fixed, namedOperands, operandsOf, unary } from './define.js';

const comparison = (holds: (order: number) => Value): OperatorCompiler =>
  fixed(2, 2, ([left, right], { collation }) => holds(Math.sign(compare(left, right, collation))));

const condition: OperatorCompiler = (operand, context) => {
  let parts: Value[];
  if (isDocument(operand)) {
    const { if: test, then, else: otherwise } = namedOperands(operand, '$cond', ['if', 'then', 'else']) as Document & Record<string, Value>;
    parts = [test, then, otherwise];
  } else {
    parts = operandsOf(operand);
    if (parts.length !== 3) throw new CommandError(16020, `Expression $cond takes exactly 3 arguments. ${parts.length} were passed in.`);
  }
  const [test, then, otherwise] = parts.map((part) => compileIn(part, context)) as [Evaluate, Evaluate, Evaluate];
  return (scope) => (isTruthy(test(scope)) ? then(scope) : otherwise(scope));
};

const switchCase: OperatorCompiler = (operand, context) => {
  const { branches, default: fallback } = namedOperands(operand, '$switch', ['branches'], ['default']) as Document & Record<string, Value>;
  if (!Array.isArray(branches)) throw new CommandError(40061, "$switch expected an array for 'branches'");
  if (branches.length === 0) throw new CommandError(40068, '$switch requires at least one branch.');
  const compiled = branches.map((branch: Value) => {
    const { case: test, then } = namedOperands(branch, '$switch', ['case', 'then']) as Document & Record<string, Value>;
    return [compileIn(test, context), compileIn(then, context)] as const;
  });
  const otherwise = 'default' in (operand as Document) ? compileIn(fallback, context) : null;
  return (scope) => {
    const branch = compiled.find(([test]) => isTruthy(test(scope)));
    if (branch) return branch[1](scope);
    if (otherwise) return otherwise(scope);
    throw new CommandError(40066, '$switch could not find a matching branch for an input, and no default was specified.');
  };
};

const letIn: OperatorCompiler = (operand, context) => {
  const { vars, in: body } = namedOperands(operand, '$let', ['vars', 'in']) as Document & Record<string, Value>;
  if (!isDocument(vars)) throw new CommandError(10065, 'invalid parameter: expected an object (vars)');
  const compiled = Object.entries(vars).map(([name, value]) => [requireVariable(name), compileIn(value as Value, context)] as const);
  const evaluate = compileIn(body, named(context, ...Object.keys(vars)));
  return (scope) => evaluate(within(scope, Object.fromEntries(compiled.map(([name, variable]) => [name, variable(scope)]))));
};

/** @throws CommandError where a variable may not have the name */
export function requireVariable(name: string): string {
  if (name === 'CURRENT' || /^[a-z\u0080-\uffff][\w\u0080-\uffff]*$/.test(name)) return name;
  throw new CommandError(9, `'${name}' starts with an invalid character for a user variable name`);
}

export const logic: Record<string, OperatorCompiler> = {
  $and: (operand, context) => {
    const parts = compileOperands(operand, context);
    return (scope) => parts.every((part) => isTruthy(part(scope)));
  },
  $or: (operand, context) => {
    const parts = compileOperands(operand, context);
    return (scope) => parts.some((part) => isTruthy(part(scope)));
  },
  $not: unary((value) => !isTruthy(value)),
  $cmp: comparison((order) => order),
  $eq: comparison((order) => order === 0),
  $ne: comparison((order) => order !== 0),
  $gt: comparison((order) => order > 0),
  $gte: comparison((order) => order >= 0),
  $lt: comparison((order) => order < 0),
  $lte: comparison((order) => order <= 0),
  $cond: condition,
  $switch: switchCase,
  $ifNull: (operand, context) => {
    const parts = compileOperands(operand, context);
    if (parts.length < 2) throw new CommandError(1257300, `$ifNull needs at least two arguments, had: ${parts.length}`);
    return (scope) => {
      let value: Value;
      for (const part of parts) {
        value = part(scope);
        if (!absent(value)) return value;
      }
      return value;
    };
  },
  $let: letIn,
  $literal: (operand) => () => operand,
  $const: (operand) => () => operand,
  $expr: (operand, context) => compileIn(operand, context),
};
