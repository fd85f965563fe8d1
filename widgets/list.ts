/** A list that is read in pages and changes while it is looked at. */

export interface Page<Item> {
  edges: { node: Item }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  liveCursor: string | null;
}

export interface Listed {
  id: string;
  createdAt: string | null;
}

/** Keeps each item once, in order: the newest first. */
export class LiveList<Item extends Listed> {
  private readonly items = new Map<string, Item>();
  private endCursor: string | null = null;
  hasMore = false;

  /** Items that the list reaches, newest first. */
  get all(): Item[] {
    return [...this.items.values()].sort((left, right) => (right.createdAt ?? '').localeCompare(left.createdAt ?? ''));
  }

  get cursor(): string | null {
    return this.endCursor;
  }

  add({ edges, pageInfo }: Page<Item>): void {
    for (const { node } of edges) this.items.set(node.id, node);
    this.endCursor = pageInfo.endCursor;
    this.hasMore = pageInfo.hasNextPage;
  }

  /** @returns whether something new came */
  change(id: string, item: Item | null): boolean {
    if (!item) {
      this.items.delete(id);
      return false;
    }
    const isNew = !this.items.has(id);
    this.items.set(id, item);
    return isNew;
  }
}
