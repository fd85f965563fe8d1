/** The stages that make one document of one document, which updates may use too. */
import type { Document } from 'bson';
import { CommandError } from '../errors.js';
import { compileExpression, newScope, type ExpressionOptions } from '../expressions/index.js';
import { compileProjection } from '../projection.js';
import { applyTree, newTree, plant } from '../projection-tree.js';
import { isDocument, typeOf, type Value } from '../values/types.js';

export type Reshape = (document: Document) => Document;

type StageCompiler = (operand: Value, options: ExpressionOptions) => Reshape;

const addFields =
  (name: string): StageCompiler =>
  (operand, options) => {
    if (!isDocument(operand)) throw new CommandError(40272, `${name} specification stage must be an object, got ${typeOf(operand)}`);
    if (Object.keys(operand).length === 0)
      throw new CommandError(40177, `Invalid ${name} :: caused by :: specification must have at least one field`);
    const tree = newTree(true, true);
    for (const [path, value] of Object.entries(operand)) plantComputed(path, value as Value);
    return (document) => applyTree(document, tree, newScope(document, options.variables));

    function plantComputed(path: string, value: Value): void {
      const nested = isDocument(value) && Object.keys(value).length > 0 && !Object.keys(value)[0]!.startsWith('$');
      if (!nested) return plant(tree, path, { compute: compileExpression(value, options) });
      for (const [inner, part] of Object.entries(value)) plantComputed(`${path}.${inner}`, part as Value);
    }
  };

const project: StageCompiler = (operand, options) => {
  if (!isDocument(operand)) throw new CommandError(15969, `$project specification must be an object`);
  if (Object.keys(operand).length === 0)
    throw new CommandError(51272, 'Invalid $project :: caused by :: projection specification must have at least one field');
  return compileProjection(operand, { ...options, find: false });
};

const unset: StageCompiler = (operand, options) => {
  const names = Array.isArray(operand) ? (operand as Value[]) : [operand];
  if (names.length === 0) throw new CommandError(31119, '$unset specification must be a string or an array with at least one field');
  if (names.some((name) => typeof name !== 'string'))
    throw new CommandError(31120, '$unset specification must be a string or an array containing only string values');
  return compileProjection(Object.fromEntries(names.map((name) => [name as string, 0])), { ...options, find: false });
};

const replaceWith =
  (name: string): StageCompiler =>
  (operand, options) => {
    let expression = operand;
    if (name === '$replaceRoot') {
      if (!isDocument(operand) || !('newRoot' in operand)) throw new CommandError(40231, 'no newRoot specified for the $replaceRoot stage');
      expression = operand['newRoot'] as Value;
    }
    const evaluate = compileExpression(expression, options);
    return (document) => {
      const root = evaluate(newScope(document, options.variables));
      if (!isDocument(root)) {
        const found = root === undefined ? 'missing' : typeOf(root);
        throw new CommandError(40228, `'newRoot' expression  must evaluate to an object, but resulting value was of type: ${found}`);
      }
      return root;
    };
  };

export const reshaping: Record<string, StageCompiler> = {
  $addFields: addFields('$addFields'),
  $set: addFields('$set'),
  $project: project,
  $unset: unset,
  $replaceRoot: replaceWith('$replaceRoot'),
  $replaceWith: replaceWith('$replaceWith'),
};
