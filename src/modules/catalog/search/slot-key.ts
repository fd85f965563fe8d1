/** Where something stands in an order: its number, and its id among those with the same number. */
export interface SlotKey {
  key: number;
  /** The three words of an id. */
  id: readonly [number, number, number];
}

/** @param id hexadecimal */
export function slotKeyOf(key: number, id: string): SlotKey {
  const bytes = Buffer.from(id, 'hex');
  return { key, id: [bytes.readUInt32BE(0), bytes.readUInt32BE(4), bytes.readUInt32BE(8)] };
}

/** A place before all that have a number. */
export function ahead(key: number): SlotKey {
  return { key, id: [-1, -1, -1] };
}

/** A place behind all that have a number. */
export function behind(key: number): SlotKey {
  return { key, id: [Infinity, Infinity, Infinity] };
}

export function later(bound: SlotKey | null, other: SlotKey): SlotKey {
  return bound && compare(bound, other) > 0 ? bound : other;
}

export function sooner(bound: SlotKey | null, other: SlotKey): SlotKey {
  return bound && compare(bound, other) < 0 ? bound : other;
}

function compare(left: SlotKey, right: SlotKey): number {
  const different = left.id.findIndex((word, at) => word !== right.id[at]);
  return left.key - right.key || (different === -1 ? 0 : left.id[different]! - right.id[different]!);
}
