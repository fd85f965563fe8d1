/** What goes by names, found by the bytes of a name without making a text of them. */
interface Entry<Item> {
  name: Buffer;
  item: Item;
}

export class Named<Item> {
  private readonly entries = new Map<number, Entry<Item>[]>();

  set(name: Buffer, item: Item): void {
    const hash = hashOf(name, 0, name.length);
    const others = this.entries.get(hash);
    if (others) others.push({ name, item });
    else this.entries.set(hash, [{ name, item }]);
  }

  /** @param end where the name ends in the bytes */
  get(bytes: Buffer, start: number, end: number): Item | undefined {
    const entries = this.entries.get(hashOf(bytes, start, end));
    if (entries) for (const { name, item } of entries) if (isAt(name, bytes, start, end)) return item;
    return undefined;
  }
}

function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
  return hash;
}

function isAt(name: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let at = 0; at < name.length; at++) if (name[at] !== bytes[start + at]) return false;
  return true;
}
