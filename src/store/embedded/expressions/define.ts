/** The usual shapes of operators: so many operands, or named ones. */
import type { Document } from 'bson';
import { CommandError } from '../errors.js';
import { isDocument, type Value } from '../values/types.js';
import { compileIn, type Context, type Evaluate, type OperatorCompiler } from './compile.js';

/** Whether a value is missing or null, which most operators answer with null. */
export function absent(value: Value): value is null | undefined {
  return value === null || value === undefined;
}

export function operandsOf(operand: Value): Value[] {
  return Array.isArray(operand) ? (operand as Value[]) : [operand];
}

function plural(count: number): string {
  return count === 1 ? `${count} argument` : `${count} arguments`;
}

function requireCount(name: string, count: number, least: number, most: number): void {
  if (count >= least && count <= most) return;
  if (least === most) {
    throw new CommandError(16020, `Expression ${name} takes exactly ${plural(least)}. ${count} were passed in.`);
  }
  throw new CommandError(28667, `Expression ${name} takes at least ${plural(least)}, and at most ${most}, but ${count} were passed in.`);
}

export function compileOperands(operand: Value, context: Context): Evaluate[] {
  return operandsOf(operand).map((argument) => compileIn(argument, context));
}

/** An operator of a fixed number of operands, all of which are worked out. */
export function fixed(least: number, most: number, run: (values: Value[], context: Context, name: string) => Value): OperatorCompiler {
  return (operand, context, name) => {
    const operands = compileOperands(operand, context);
    requireCount(name, operands.length, least, most);
    if (operands.length === 1) {
      const [only] = operands as [Evaluate];
      return (scope) => run([only(scope)], context, name);
    }
    return (scope) =>
      run(
        operands.map((evaluate) => evaluate(scope)),
        context,
        name,
      );
  };
}

export const unary = (run: (value: Value, name: string) => Value): OperatorCompiler =>
  fixed(1, 1, ([value], _context, name) => run(value, name));

/** An operator of any number of operands. */
export const variadic = (run: (values: Value[], context: Context, name: string) => Value): OperatorCompiler => fixed(0, Infinity, run);

/** An operator whose operands have names. */
export function namedOperands(operand: Value, name: string, required: readonly string[], optional: readonly string[] = []): Document {
  if (!isDocument(operand)) throw new CommandError(9, `${name} only supports an object as its argument`);
  const unknown = Object.keys(operand).find((key) => !required.includes(key) && !optional.includes(key));
  if (unknown !== undefined) throw new CommandError(9, `${name} found an unknown argument: ${unknown}`);
  const missing = required.find((wanted) => !(wanted in operand));
  if (missing !== undefined) throw new CommandError(9, `${name} requires '${missing}' to be specified`);
  return operand;
}

/** An operator of named operands that are all worked out first. What is named counts as null where it is missing. */
export function byName(
  required: readonly string[],
  optional: readonly string[],
  run: (values: Record<string, Value>, context: Context, name: string) => Value,
): OperatorCompiler {
  return (operand, context, name) => {
    const given = namedOperands(operand, name, required, optional);
    const compiled = Object.entries(given).map(([key, value]) => [key, compileIn(value as Value, context)] as const);
    return (scope) => run(Object.fromEntries(compiled.map(([key, evaluate]) => [key, evaluate(scope) ?? null])), context, name);
  };
}
