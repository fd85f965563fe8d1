/**
 * Pages of products that meet conditions, by key: the sets of the conditions are cut with each other, and the order is
 * read from the cursor on. What a page takes hardly depends on how many products there are, nor on how deep it is.
 */
import type { TextIndex } from '../../../search/text-index.js';
import { selectRange } from '../../../search/selection.js';
import type { Columns } from './columns.js';
import { ahead, behind, later, slotKeyOf, sooner } from './slot-key.js';
import { countOf, narrow, slotsIn, SlotSets, type NamedTest, type Narrowed } from './slot-sets.js';
import { SortedSlots, type Walk } from './sorted-slots.js';

/** Of so few that meet the conditions, the page is chosen by looking at each of them. */
const few = 1024;

export type ListOrder = 'NEWEST' | 'TOP_RATED' | 'PRICE_LOWEST' | 'PRICE_HIGHEST';

/** A product's place in an order. */
export interface ListPlace {
  /** The time, score or price by which it stands there. */
  value: number;
  /** Hexadecimal. */
  id: string;
}

export interface ListPage {
  order: ListOrder;
  /** Of the prices by which the list is ordered. */
  currency: string;
  size: number;
  backwards: boolean;
  after: ListPlace | null;
  before: ListPlace | null;
}

/** The prices that the conditions let through, both ends included. */
export interface PriceRange {
  min: number;
  max: number;
}

export interface ListAnswer {
  /** In the order of the list. */
  places: ListPlace[];
  /** Whether there are more in the direction of reading. */
  more: boolean;
  total: number;
}

export function isByPrice(name: string): boolean {
  return name.startsWith('PRICE');
}

interface Found {
  matching: Uint32Array;
  total: number;
  prices: PriceRange | null;
}

type Between = Pick<Walk, 'after' | 'before'>;

/** Narrows a walk to the prices that can match. */
function within(prices: PriceRange | null, { after, before }: Between): Between {
  if (!prices) return { after, before };
  return { after: later(after, ahead(prices.min)), before: sooner(before, behind(prices.max)) };
}

/** What `walk` finds, by looking at each that matches. */
function firstOf(order: SortedSlots, matching: Uint32Array, total: number, { after, before, backwards, limit }: Walk): number[] {
  const between = slotsIn(matching, total).filter((slot) => order.isBetween(slot, after, before));
  const sign = backwards ? -1 : 1;
  return [...selectRange(between, 0, Math.min(limit, between.length), (left, right) => order.compare(left, right) * sign)];
}

export class ProductLists {
  private readonly sets: SlotSets;
  private readonly orders = new Map<string, SortedSlots>();

  constructor(
    private readonly words: TextIndex,
    private readonly columns: Columns,
  ) {
    const { attributes, brands, categories, currencies, merchants } = columns;
    const named = (): number => attributes.count + brands.count + categories.count + currencies.count + merchants.count;
    this.sets = new SlotSets(() => words.slots, named);
  }

  /** What the slot has is another, or the slot is new or gone. */
  changed(slot: number): void {
    this.sets.changed(slot);
    for (const order of this.orders.values()) order.changed(slot);
  }

  /** Conditions mean something else now. */
  conditionsChanged(): void {
    this.sets.clear();
    for (const order of this.orders.values()) order.setsChanged();
  }

  /** Slots are numbered anew. */
  clear(): void {
    this.sets.clear();
    this.orders.clear();
  }

  /** Makes the order that a search without words has. */
  prepare(): void {
    this.orderOf('TOP_RATED', '');
  }

  /** @param prices what the conditions say of the prices by which the list is ordered, so that no others are passed */
  page(conditions: readonly NamedTest[], page: ListPage, prices: PriceRange | null): ListAnswer {
    const { order: name, currency, size, backwards } = page;
    const priced = isByPrice(name) ? [this.pricedIn(currency)] : [];
    const { name: setName, bits: matching } = this.sets.ofAll([this.alive(), ...conditions, ...priced]);
    const total = countOf(matching);
    const sign = name === 'NEWEST' || name === 'TOP_RATED' ? -1 : 1;
    // The highest price first is the lowest first, from its end.
    const turned = name === 'PRICE_HIGHEST';
    const keyOf = (place: ListPlace | null) => place && slotKeyOf(place.value * sign, place.id);
    const [after, before] = [keyOf(page.after), keyOf(page.before)];
    const between = within(isByPrice(name) ? prices : null, turned ? { after: before, before: after } : { after, before });
    const order = this.orderOf(turned ? 'PRICE_LOWEST' : name, currency);
    const read = { ...between, backwards: backwards !== turned, limit: size + 1 };
    const slots =
      total > few ? order.walk(matching, { ...read, blocks: order.blocksWith(setName, matching) }) : firstOf(order, matching, total, read);
    const shown = slots.slice(0, size);
    if (backwards) shown.reverse();
    const values = this.valuesOf(name);
    return { places: shown.map((slot) => ({ value: values[slot]!, id: this.columns.idOf(slot) })), more: slots.length > size, total };
  }

  /**
   * What is at some places of an order, by their numbers.
   * @param found what matches, all of which has a place in the order, and what it says of the prices in it
   */
  placed(name: ListOrder, currency: string, { matching, total, prices }: Found, start: number, end: number): number[] {
    if (start >= end) return [];
    const turned = name === 'PRICE_HIGHEST';
    const order = this.orderOf(turned ? 'PRICE_LOWEST' : name, currency);
    if (total <= few) {
      const sign = turned ? -1 : 1;
      return [...selectRange(slotsIn(matching, total), start, end, (left, right) => order.compare(left, right) * sign)];
    }
    // From the nearer end.
    const fromEnd = start > total - end;
    const skip = fromEnd ? total - end : start;
    const between = within(isByPrice(name) ? prices : null, { after: null, before: null });
    const found = order.walk(matching, { ...between, backwards: fromEnd !== turned, limit: end - start, skip });
    return fromEnd ? found.reverse() : found;
  }

  /** The slots of all products. */
  inShop(): Uint32Array {
    return this.sets.of(...this.alive()).subarray(0, this.setLength);
  }

  private alive(): NamedTest {
    return ['', () => (slot) => this.words.isAlive(slot)];
  }

  /** How many words a set of all slots has. */
  get setLength(): number {
    return (this.words.slots >>> 5) + 1;
  }

  narrow(found: Uint32Array, conditions: readonly NamedTest[]): Narrowed {
    return narrow(
      found,
      conditions.map((condition) => this.sets.of(...condition)),
    );
  }

  /** Only these have a place in an order by price. */
  pricedIn(currency: string): NamedTest {
    const { columns } = this;
    return [
      `currency:${currency}`,
      () => {
        const wanted = columns.currencies.find(currency);
        return (slot) => wanted !== 0 && columns.of.currency[slot] === wanted;
      },
    ];
  }

  private orderOf(name: ListOrder, currency: string): SortedSlots {
    const key = name === 'PRICE_LOWEST' ? `${name}/${currency}` : name;
    const known = this.orders.get(key);
    if (known) return known;
    const { columns, words } = this;
    const sorted = new SortedSlots(slotsIn(this.inShop(), words.size), this.keyIn(name, currency), columns);
    this.orders.set(key, sorted);
    return sorted;
  }

  /** The columns' arrays are replaced as they grow, so none is held. */
  private keyIn(name: ListOrder, currency: string): (slot: number) => number {
    const { columns } = this;
    if (name === 'NEWEST') return (slot) => -columns.of.createdAt[slot]!;
    if (name === 'TOP_RATED') return (slot) => -columns.of.score[slot]!;
    let wanted = 0;
    return (slot) => {
      wanted ||= columns.currencies.find(currency);
      return wanted !== 0 && columns.of.currency[slot] === wanted ? columns.of.price[slot]! : NaN;
    };
  }

  private valuesOf(name: ListOrder): Float64Array {
    const { createdAt, price, score } = this.columns.of;
    if (name === 'NEWEST') return createdAt;
    return name === 'TOP_RATED' ? score : price;
  }
}
