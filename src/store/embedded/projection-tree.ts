/** What `$project`, `$addFields` and a find's projection keep, drop and compute, as a tree of field names. */
import type { Document } from 'bson';
import { CommandError } from './errors.js';
import type { Evaluate, Scope } from './expressions/index.js';
import { Fields } from './values/fields.js';
import { field, isDocument, type Value } from './values/types.js';

/** What becomes of one field: kept, dropped, computed, or changed where it is there. */
export type Leaf = 'keep' | 'drop' | { compute: Evaluate } | { change: (value: Value) => Value };

export interface Tree {
  /** What becomes of the fields that are not named. */
  keepsOthers: boolean;
  /** Whether a computed field stays where one of its name was. */
  inPlace: boolean;
  computes: boolean;
  fields: Map<string, Tree | Leaf>;
}

export function newTree(keepsOthers: boolean, inPlace = false): Tree {
  return { keepsOthers, inPlace, computes: false, fields: new Map() };
}

export function isTree(node: Tree | Leaf): node is Tree {
  return typeof node === 'object' && 'fields' in node;
}

function isComputed(node: Tree | Leaf): node is { compute: Evaluate } {
  return typeof node === 'object' && 'compute' in node;
}

/** @throws CommandError where two paths mean the same field */
export function plant(tree: Tree, path: string, leaf: Leaf): void {
  const steps = stepsOf(path);
  let node = tree;
  if (isComputed(leaf)) node.computes = true;
  steps.slice(0, -1).forEach((step, at) => {
    let next = node.fields.get(step);
    if (next === undefined) node.fields.set(step, (next = newTree(tree.keepsOthers, tree.inPlace)));
    if (!isTree(next)) throw collision(31249, path, steps.slice(at + 1).join('.'));
    if (isComputed(leaf)) next.computes = true;
    node = next;
  });
  const last = steps[steps.length - 1]!;
  if (node.fields.has(last)) {
    throw isTree(node.fields.get(last)!) ? collision(31250, path) : collision(31250, path);
  }
  node.fields.set(last, leaf);
}

function collision(code: number, path: string, rest?: string): CommandError {
  return new CommandError(code, rest === undefined ? `Path collision at ${path}` : `Path collision at ${path} remaining portion ${rest}`);
}

function stepsOf(path: string): string[] {
  if (path === '') throw new CommandError(40352, 'FieldPath cannot be constructed with empty string');
  if (path.endsWith('.')) throw new CommandError(40353, "FieldPath must not end with a '.'.");
  const steps = path.split('.');
  if (steps.includes('')) throw new CommandError(15998, 'FieldPath field names may not be empty strings.');
  const misplaced = steps.find((step) => step.startsWith('$'));
  if (misplaced === '$') throw new CommandError(31394, `As of 4.4, it's illegal to specify positional operator in the middle of a path.`);
  if (misplaced !== undefined && !['$ref', '$id', '$db'].includes(misplaced)) {
    throw new CommandError(16410, `FieldPath field names may not start with '$'. Consider using $getField or $setField. Path: ${path}`);
  }
  return steps;
}

export function applyTree(document: Document, tree: Tree, scope: Scope): Document {
  const result = new Fields();
  for (const name of Object.keys(document)) {
    const value = field(document, name);
    const node = tree.fields.get(name);
    if (node === undefined) {
      if (tree.keepsOthers) result.set(name, value);
    } else if (isTree(node)) put(result, name, applyNested(value, node, scope));
    else if (node === 'keep') result.set(name, value);
    else if (isComputed(node)) {
      if (tree.inPlace) put(result, name, node.compute(scope));
    } else if (node !== 'drop') put(result, name, node.change(value));
  }
  if (tree.computes) computeRest(document, tree, scope, result);
  return result.document;
}

function computeRest(document: Document, tree: Tree, scope: Scope, result: Fields): void {
  for (const [name, node] of tree.fields) {
    const there = Object.hasOwn(document, name);
    if (isTree(node)) {
      if (!there && node.computes) put(result, name, applyTree({}, node, scope));
    } else if (isComputed(node) && !(there && tree.inPlace)) put(result, name, node.compute(scope));
  }
}

function put(result: Fields, name: string, value: Value): void {
  if (value !== undefined) result.set(name, value);
}

function applyNested(value: Value, tree: Tree, scope: Scope): Value {
  if (isDocument(value)) return applyTree(value, tree, scope);
  if (Array.isArray(value))
    return value.map((element: Value) => applyNested(element, tree, scope)).filter((element) => element !== undefined);
  if (tree.computes) return applyTree({}, tree, scope);
  return tree.keepsOthers ? value : undefined;
}
