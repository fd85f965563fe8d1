/**
 * Which of many values stay in memory, within a bound in bytes: S3-FIFO. What is new waits in a small queue, and comes
 * into the main one only where it is asked for there again; so what is read once, such as everything in a scan, leaves
 * without pushing out what is read often. Source: Yang, Zhang, Qiu, Yue, Vinayak, "FIFO queues are all you need for cache
 * eviction", SOSP 2023.
 */

interface Item<Value> {
  value: Value;
  bytes: number;
  /** How often it was asked for since it was looked at last, up to 3. */
  asked: number;
}

/** Of the bytes, for what is new. */
const smallShare = 0.1;
const mostAsked = 3;
/** Of the bytes, at most, for the keys of what has left. */
const ghostShare = 0.05;
/** What takes more of all bytes is not worth keeping. */
const largestShare = 0.1;

export class S3Fifo<Value> {
  private readonly small = new Map<string, Item<Value>>();
  private readonly main = new Map<string, Item<Value>>();
  /** Keys of what left the small queue lately, and would have been worth keeping where they come again. */
  private readonly ghosts = new Set<string>();
  private ghostBytes = 0;
  private smallBytes = 0;
  private mainBytes = 0;

  /**
   * @param maxBytes what all values together take at most
   * @param onLeave told of each value that has to go: for others, or for a new one of the same key
   */
  constructor(
    private readonly maxBytes: number,
    private readonly onLeave: (value: Value, why: 'EVICTED' | 'REPLACED') => void,
  ) {}

  get bytes(): number {
    return this.smallBytes + this.mainBytes + this.ghostBytes;
  }

  get size(): number {
    return this.small.size + this.main.size;
  }

  get(key: string): Value | undefined {
    const item = this.main.get(key) ?? this.small.get(key);
    if (item && item.asked < mostAsked) item.asked++;
    return item?.value;
  }

  /** The same, without counting as a question. */
  peek(key: string): Value | undefined {
    return (this.main.get(key) ?? this.small.get(key))?.value;
  }

  /** @returns false for what is too large to be kept */
  set(key: string, value: Value, bytes: number): boolean {
    const before = this.peek(key);
    this.delete(key);
    if (before !== undefined && before !== value) this.onLeave(before, 'REPLACED');
    if (bytes > this.maxBytes * largestShare) return false;
    const item = { value, bytes, asked: 0 };
    if (this.lay(key)) this.toMain(key, item);
    else this.toSmall(key, item);
    while (this.bytes > this.maxBytes) this.evict();
    return true;
  }

  delete(key: string): void {
    const small = this.small.get(key);
    if (small) this.smallBytes -= small.bytes;
    this.small.delete(key);
    const main = this.main.get(key);
    if (main) this.mainBytes -= main.bytes;
    this.main.delete(key);
  }

  private toMain(key: string, item: Item<Value>): void {
    this.main.set(key, item);
    this.mainBytes += item.bytes;
  }

  private toSmall(key: string, item: Item<Value>): void {
    this.small.set(key, item);
    this.smallBytes += item.bytes;
  }

  private evict(): void {
    if (this.main.size === 0 || this.smallBytes > this.maxBytes * smallShare) this.evictFromSmall();
    else this.evictFromMain();
  }

  private evictFromSmall(): void {
    const [key, item] = this.small.entries().next().value!;
    this.delete(key);
    if (item.asked > 1) return this.toMain(key, { ...item, asked: 0 });
    this.haunt(key);
    this.onLeave(item.value, 'EVICTED');
  }

  private evictFromMain(): void {
    const [key, item] = this.main.entries().next().value!;
    this.delete(key);
    if (item.asked > 0) this.toMain(key, { ...item, asked: item.asked - 1 });
    else this.onLeave(item.value, 'EVICTED');
  }

  private haunt(key: string): void {
    this.lay(key);
    this.ghosts.add(key);
    this.ghostBytes += ghostSize(key);
    const most = Math.max(this.main.size, this.small.size, 16);
    for (const oldest of this.ghosts) {
      if (this.ghosts.size <= most && this.ghostBytes <= this.maxBytes * ghostShare) return;
      this.lay(oldest);
    }
  }

  /** @returns whether there was a ghost of the key */
  private lay(key: string): boolean {
    const wasThere = this.ghosts.delete(key);
    if (wasThere) this.ghostBytes -= ghostSize(key);
    return wasThere;
  }
}

function ghostSize(key: string): number {
  return 2 * key.length + 50;
}
