/** What is wrong with the texts of single items of a list, where the other items are still worth taking. */
import type { BrokenRule } from '../errors.js';

/** By request, until its resolver asks: its items are made anew on the way there. */
const ofRequest = new WeakMap<object, readonly BrokenRule[]>();
const ofItem = new WeakMap<object, readonly BrokenRule[]>();

/** @param rules with paths such as `input`, the list, the item's place, … */
export function noteFlaws(request: object, rules: readonly BrokenRule[]): void {
  ofRequest.set(request, rules);
}

/** The items, each with its flaws. */
export function withFlaws<Item extends object>(request: object, items: readonly Item[]): readonly Item[] {
  const rules = ofRequest.get(request) ?? [];
  ofRequest.delete(request);
  for (const rule of rules) {
    const item = items[Number(rule.field[2])]!;
    ofItem.set(item, [...flawsOf(item), rule]);
  }
  return items;
}

/** The rules that an item was found to break before anything looked at what it says. */
export function flawsOf(item: object): readonly BrokenRule[] {
  return ofItem.get(item) ?? [];
}
