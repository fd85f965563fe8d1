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
