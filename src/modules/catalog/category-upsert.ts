/** Categories by their IDs in another system, each below the one that it names. */
import type { Types } from 'mongoose';
import { RulesBroken } from '../../errors.js';
import { isOtherVersion, isOutdated, UpsertBatch, UpsertOutcome, type Upserted } from '../../relay/upsert.js';
import type { CatalogModels, CategoryDocument } from './catalog.model.js';
import { checkCategory, type CategoryService } from './category.service.js';

/** What is left out stays as it is; a category without a parent is at the top. */
export interface CategoryItem {
  externalId: string;
  name?: string | null;
  parentExternalId?: string | null;
  updatedAt?: Date | null;
}

type Batch = UpsertBatch<CategoryItem>;
type Written = { outcome: UpsertOutcome; document: CategoryDocument };

/** @throws RulesBroken for what is wrong with a category before anything is looked up */
function checkItem({ name }: CategoryItem): void {
  checkCategory({ name });
}

/** @throws RulesBroken where something is wrong with the request as a whole */
export function checkCategories(source: string, items: readonly CategoryItem[]): void {
  new UpsertBatch('categories', source, items, checkItem);
}

export class CategoryUpserts {
  constructor(
    private readonly models: CatalogModels,
    private readonly tree: CategoryService,
  ) {}

  /** Trees are small: what changed is written one after the other, parents before what is below them. @throws RulesBroken */
  async upsertCategories(source: string, items: readonly CategoryItem[]): Promise<Upserted<CategoryDocument>[]> {
    const batch = new UpsertBatch('categories', source, items, checkItem);
    const known = await this.known(source, batch);
    const written = new Map<number, Written>();
    for (const { item, at } of inOrder(batch)) {
      const result = await this.writeOne(source, batch, known, item, at);
      if (!result) continue;
      written.set(at, result);
      known.set(item.externalId, result.document);
    }
    return batch.results(written);
  }

  private async known(source: string, batch: Batch): Promise<Map<string, CategoryDocument>> {
    const names = new Set(
      batch.identified.flatMap(({ item }) => [item.externalId, ...(item.parentExternalId ? [item.parentExternalId] : [])]),
    );
    const found = await this.models.categories.find({ source, externalId: { $in: [...names] } }).lean();
    return new Map(found.map((category) => [category.externalId!, category]));
  }

  private async writeOne(
    source: string,
    batch: Batch,
    known: ReadonlyMap<string, CategoryDocument>,
    item: CategoryItem,
    at: number,
  ): Promise<Written | null> {
    const above = item.parentExternalId ? known.get(item.parentExternalId)?._id : undefined;
    const parent = item.parentExternalId === null ? null : above;
    if (item.parentExternalId && !above) batch.reject(at, 'NOT_FOUND', 'There is no such category.', 'parentExternalId');
    const before = known.get(item.externalId);
    if (!before && !item.name) batch.reject(at, 'REQUIRED', 'This must not be empty.', 'name');
    if (batch.isBroken(at)) return null;
    try {
      return before ? await this.update(before, item, parent) : await this.create(source, item, parent ?? null);
    } catch (error) {
      if (!(error instanceof RulesBroken)) throw error;
      batch.check(at, () => {
        throw renamed(error);
      });
      return null;
    }
  }

  private async create(source: string, item: CategoryItem, parent: Types.ObjectId | null): Promise<Written> {
    const { externalId, name, updatedAt } = item;
    try {
      const content = { name: name!, parent, externalId, source, ...(updatedAt && { externalUpdatedAt: updatedAt }) };
      return { outcome: UpsertOutcome.CREATED, document: await this.tree.create(content) };
    } catch (error) {
      // Somebody else created it at the same time.
      const other = error instanceof RulesBroken && (await this.models.categories.findOne({ source, externalId }).lean());
      if (!other) throw error;
      return this.update(other, item, parent);
    }
  }

  private async update(before: CategoryDocument, item: CategoryItem, parent: Types.ObjectId | null | undefined): Promise<Written> {
    if (isOutdated(before, item)) return { outcome: UpsertOutcome.OUTDATED, document: before };
    const { name, updatedAt } = item;
    const isSame = (!name || name === before.name) && (parent === undefined || String(parent) === String(before.parent));
    if (isSame && !isOtherVersion(before, item)) return { outcome: UpsertOutcome.UNCHANGED, document: before };
    const change = { ...(name && { name }), ...(parent !== undefined && { parent }), ...(updatedAt && { externalUpdatedAt: updatedAt }) };
    const document = await this.tree.update(before._id, change);
    return { outcome: isSame ? UpsertOutcome.UNCHANGED : UpsertOutcome.UPDATED, document };
  }
}

/** Parents before what is below them; what is in a circle comes last, and is refused there. */
function inOrder(batch: Batch): { item: CategoryItem; at: number }[] {
  const entries = new Map(batch.identified.map((entry) => [entry.item.externalId, entry]));
  const ordered = new Set<{ item: CategoryItem; at: number }>();
  for (const entry of entries.values()) {
    const path: { item: CategoryItem; at: number }[] = [];
    for (let next = entry as typeof entry | undefined; next && !ordered.has(next) && !path.includes(next);) {
      path.unshift(next);
      next = next.item.parentExternalId ? entries.get(next.item.parentExternalId) : undefined;
    }
    for (const each of path) ordered.add(each);
  }
  return [...ordered];
}

const namesHere: Record<string, string> = { parentId: 'parentExternalId', categoryId: 'externalId' };

function renamed({ rules }: RulesBroken): RulesBroken {
  return new RulesBroken(rules.map((rule) => ({ ...rule, field: rule.field.map((name) => namesHere[name] ?? name) })));
}
