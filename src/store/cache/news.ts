/** What a store tells of its changes, in whatever way it does. */

export type Document = Record<string, unknown>;

/** A document before and after a change; null where it was made, or is gone. */
export interface DocumentChange {
  collection: string;
  /** Null where the store does not say what the document was and is. */
  images: { before: () => Document | null; after: () => Document | null } | null;
}

export interface News {
  changes: readonly DocumentChange[];
  /** Whether more may have changed than is told. */
  isLost: boolean;
  /** Every change up to this place in the store's order has been told. */
  told: bigint;
  /** Whether nothing else had changed when the store was asked. */
  isAll: boolean;
}

export interface NewsSource {
  /** What is new, or nothing where nothing is for a while. The first call says from where on changes are told. @throws NotOffered */
  next(): Promise<News>;
  /** How far the store has come: beyond every write that has been acknowledged to this process. */
  position(): Promise<bigint>;
  /** Told that answers would be kept for longer, were the changes of a collection told with the documents before and after. */
  askForImages(collection: string): void;
  /** Begins anew at the next call. */
  reset(): void;
}

/** The store does not tell its changes so. */
export class NotOffered extends Error {}
