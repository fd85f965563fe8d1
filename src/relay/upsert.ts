/** Bulk writes by external ID: every item has a result of its own, and what is wrong with one keeps no other from being written. */
import 'reflect-metadata';
import * as typeGraphql from 'type-graphql';
import { Field, InputType, registerEnumType, type ClassType } from 'type-graphql';
import { brokenRule, RulesBroken, type BrokenRule, type RuleCode } from '../errors.js';
import { flawsOf } from '../input/flaws.js';
import { InputRules } from '../input/rules.js';
import { message, type Message, type MessageText } from '../messages/index.js';
import { declareFields, field, requiredField, UserError, type Declared } from './output.js';

/** So many items are written at once. */
export const maxUpserts = 500;

export enum UpsertOutcome {
  CREATED = 'CREATED',
  UPDATED = 'UPDATED',
  UNCHANGED = 'UNCHANGED',
  OUTDATED = 'OUTDATED',
}

registerEnumType(UpsertOutcome, {
  name: 'UpsertOutcome',
  description: 'What a bulk write did with an item.',
  valuesConfig: {
    CREATED: { description: 'The object was created.' },
    UPDATED: { description: 'The object was changed.' },
    UNCHANGED: { description: 'The object already matched the item.' },
    OUTDATED: { description: 'The object was already written from a newer version, which stays.' },
  },
});

/** Fields that the items of every bulk write have. */
@InputType({ description: 'An object by its ID in another system.' })
export abstract class UpsertItem {
  @Field(() => String, { description: 'The ID in `source`, up to 200 characters.' })
  externalId!: string;

  @Field(() => Date, {
    nullable: true,
    description:
      'When the object last changed in `source`. Older versions never overwrite newer ones. An item without it is always written.',
  })
  updatedAt?: Date | null;
}

/** Names the input's list whose items have results of their own: a flaw in a text of one is in its result, and refuses no other. */
export function ItemsOf(list: string): PropertyDecorator & MethodDecorator {
  return typeGraphql.Extensions({ itemsOf: list });
}

/** What became of an item. */
export interface Upserted<Document> {
  externalId: string;
  outcome: UpsertOutcome | null;
  document: Document | null;
  userErrors: BrokenRule[];
}

/** The items of one bulk write and what is wrong with each. */
export class UpsertBatch<Item extends { externalId: string }> {
  private readonly broken: BrokenRule[][];

  /**
   * @param list the name of the input's list, for paths of errors
   * @param checkItem throws RulesBroken for what is wrong with an item before anything is looked up
   * @param also what else is wrong with the request as a whole
   * @throws RulesBroken where something is wrong with the request as a whole, with what is wrong with its items
   */
  constructor(
    private readonly list: string,
    source: string,
    readonly items: readonly Item[],
    checkItem: (item: Item) => void,
    also: readonly BrokenRule[] = [],
  ) {
    const whole = new InputRules()
      .line(source, { min: 1, max: 100 }, 'source')
      .require(items.length <= maxUpserts, 'TOO_LONG', message('This list can have at most {max} items.', { max: maxUpserts }), list)
      .add(...also);
    this.broken = items.map((item) => [...flawsOf(item)]);
    const seen = new Set<string>();
    items.forEach(({ externalId }, at) => {
      this.check(at, () => new InputRules().line(externalId, { min: 1, max: 200 }, 'externalId').check());
      if (seen.has(externalId)) this.reject(at, 'ALREADY_EXISTS', 'This ID is already in the list.', 'externalId');
      seen.add(externalId);
    });
    this.checkEach(checkItem);
    if (whole.areBroken) whole.add(...this.broken.slice(0, maxUpserts).flat()).check();
  }

  /** The items with which nothing is wrong so far, with their places. */
  get valid(): { item: Item; at: number }[] {
    return this.items.flatMap((item, at) => (this.broken[at]!.length === 0 ? [{ item, at }] : []));
  }

  /** The items that can be told by their IDs, with their places: what is wrong with one is found out as a whole. */
  get identified(): { item: Item; at: number }[] {
    return this.items.flatMap((item, at) => (this.isBroken(at, 'externalId') ? [] : [{ item, at }]));
  }

  /** @param field the one that is asked about; any where left out */
  isBroken(at: number, field?: string): boolean {
    return field === undefined ? this.broken[at]!.length > 0 : this.broken[at]!.some((rule) => rule.field[3] === field);
  }

  /** Takes over what another run of the same work found. */
  become(other: UpsertBatch<Item>): void {
    other.broken.forEach((rules, at) => (this.broken[at] = rules));
  }

  /** Notes the rules that each item breaks. */
  checkEach(rulesOf: (item: Item, at: number) => void): void {
    this.items.forEach((item, at) => this.check(at, () => rulesOf(item, at)));
  }

  /** Notes the rules that an item breaks. */
  check(at: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof RulesBroken)) throw error;
      this.note(at, error.rules);
    }
  }

  reject(at: number, code: RuleCode, text: MessageText | Message, ...field: string[]): void {
    this.note(at, [brokenRule(code, text, ...field)]);
  }

  /** What is known to be wrong with a field stays the reason. */
  private note(at: number, rules: readonly BrokenRule[]): void {
    const known = new Set(this.broken[at]!.map(({ field }) => field.join('.')));
    const within = rules.map((rule) => ({ ...rule, field: ['input', this.list, String(at), ...rule.field.slice(1)] }));
    this.broken[at]!.push(...within.filter(({ field }) => !known.has(field.join('.'))));
  }

  /** The same, so that work that runs again begins anew. */
  copy(): UpsertBatch<Item> {
    const copy = Object.create(UpsertBatch.prototype) as UpsertBatch<Item>;
    return Object.assign(copy, { list: this.list, items: this.items, broken: this.broken.map((rules) => [...rules]) });
  }

  /** A result for each item. @param written what was written, by the item's place */
  results<Document>(written: ReadonlyMap<number, { outcome: UpsertOutcome; document: Document }>): Upserted<Document>[] {
    return this.items.map(({ externalId }, at) => {
      const userErrors = this.broken[at]!;
      const done = userErrors.length === 0 ? written.get(at) : undefined;
      return { externalId: externalId ?? '', outcome: done?.outcome ?? null, document: done?.document ?? null, userErrors };
    });
  }
}

/** The version of an object that was written last. */
interface Versioned {
  externalUpdatedAt?: Date | null;
}

type Version = Pick<UpsertItem, 'updatedAt'>;

/** Whether what was written last is newer than an item. */
export function isOutdated({ externalUpdatedAt }: Versioned, { updatedAt }: Version): boolean {
  return Boolean(updatedAt && externalUpdatedAt && updatedAt < externalUpdatedAt);
}

/** Whether an item names a version, and not the one that was written last. */
export function isOtherVersion({ externalUpdatedAt }: Versioned, { updatedAt }: Version): boolean {
  return Boolean(updatedAt && updatedAt.getTime() !== externalUpdatedAt?.getTime());
}

/** Declares the result of an item: the object that it is about, under a name. */
export function upsertResultType<const Name extends string, const Type>(
  typeName: string,
  name: Name,
  type: () => Type,
): ClassType<UpsertResult<Name, Declared<Type>>> {
  @typeGraphql.ObjectType(typeName, { description: `Result for one ${name} of the list.` })
  class ItemResult {}
  declareFields(ItemResult, {
    externalId: requiredField(() => String, 'The ID in `source`, as given.'),
    [name]: field(type, `The ${name} as it is now. Null if the item broke a rule.`),
    outcome: field(() => UpsertOutcome, 'What was done. Null if the item broke a rule.'),
    userErrors: requiredField(() => [UserError], 'Rules that the item broke. Empty if it was written.'),
  });
  return ItemResult as ClassType<UpsertResult<Name, Declared<Type>>>;
}

export type UpsertResult<Name extends string, Output> = {
  externalId: string;
  outcome: UpsertOutcome | null;
  userErrors: UserError[];
} & Record<Name, Output | null>;

/** Results as the API answers them. */
export function named<Name extends string, Document>(name: Name, results: readonly Upserted<Document>[]) {
  return results.map(
    ({ externalId, outcome, document, userErrors }) =>
      ({ externalId, outcome, userErrors, [name]: document }) as Omit<Upserted<Document>, 'document'> & Record<Name, Document | null>,
  );
}
