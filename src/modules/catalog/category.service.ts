/** Categories: a tree that administrators keep. */
import { Types } from 'mongoose';
import { broken, RulesBroken } from '../../errors.js';
import { InputRules } from '../../input/rules.js';
import { message } from '../../messages/index.js';
import type { Realtime } from '../../realtime/index.js';
import type { ListDefinition } from '../../relay/connection.js';
import type { ClientSession } from '../../store/database.js';
import { findStored, insert } from '../../store/documents.js';
import type { CatalogModels, CategoryDocument } from './catalog.model.js';
import { checkExternalIdentity, type ExternalIdentity } from './identifiers.js';
import { freeSlug, slugify, slugOfAddress, slugsAfter, withFreeSlug } from './slugs.js';
import { catalogTopic, categoryKey, insertKnownOnce } from './writing.js';

/** Changes of the tree go one after the other. */
const treeKey = 'categories';
export const maxDepth = 20;

const tooDeep = message('Categories can be nested {max} levels deep.', { max: maxDepth });
/** So many categories move or are read with the one above them. */
export const maxDescendants = 1000;

export interface CategoryContent extends ExternalIdentity {
  name?: string | null;
  slug?: string | null;
  /** Null for the top; left out, it stays where it is. */
  parent?: Types.ObjectId | null;
  /** When it last changed where its external ID is from. */
  externalUpdatedAt?: Date;
}

interface CategoryServiceDependencies {
  models: CatalogModels;
  realtime: Realtime;
}

export function categoryList(parent: Types.ObjectId | null | undefined): ListDefinition {
  return {
    name: 'categories',
    filter: parent === undefined ? {} : { parent },
    order: [
      ['name', 1],
      ['_id', 1],
    ],
  };
}

export class CategoryService {
  private readonly models: CatalogModels;

  constructor(private readonly dependencies: CategoryServiceDependencies) {
    this.models = dependencies.models;
  }

  /** Also by a slug that it had before. */
  async categoryBySlug(slug: string): Promise<CategoryDocument | null> {
    const [category] = await findStored<CategoryDocument>(this.models.categories, { slugs: slugOfAddress(slug) }, { limit: 1 });
    return category ?? null;
  }

  /** Each category and all below it, at most a thousand of each. */
  async withDescendants(ids: readonly Types.ObjectId[]): Promise<Types.ObjectId[][]> {
    const below = await this.models.categories
      .find({ ancestors: { $in: [...ids] } }, { ancestors: 1 })
      .limit(maxDescendants * ids.length)
      .lean();
    return ids.map((id) => [
      id,
      ...below.filter(({ ancestors }) => ancestors.some((ancestor) => ancestor.equals(id))).map(({ _id }) => _id),
    ]);
  }

  /** Those of the categories that there are, each with all above it. */
  withAncestors(ids: readonly Types.ObjectId[]): Promise<Pick<CategoryDocument, '_id' | 'ancestors'>[]> {
    return this.models.categories.find({ _id: { $in: [...ids] } }, { ancestors: 1 }).lean();
  }

  /** Where products go whose source names no category for them. */
  async uncategorised(): Promise<CategoryDocument> {
    const { categories } = this.models;
    const name = 'Uncategorised';
    const find = () => categories.findOne({ parent: null, name }).lean();
    const known = await find();
    if (known) return known;
    try {
      return await this.create({ name });
    } catch (error) {
      // Somebody else made it at the same time.
      const other = error instanceof RulesBroken && (await find());
      if (!other) throw error;
      return other;
    }
  }

  /** @throws RulesBroken */
  async create(content: CategoryContent & { name: string }): Promise<CategoryDocument> {
    checkCategory(content);
    const { name, parent = null, externalId, source, externalUpdatedAt } = content;
    const wanted = slugify(content.slug ?? name);
    return withFreeSlug((attempt) =>
      this.dependencies.realtime.recordChange([treeKey], async ({ session, announce }) => {
        announce(catalogTopic);
        const ancestors = await this.ancestorsBelow(parent, session);
        await this.requireName(name, parent, session);
        const slug = await freeSlug(this.models.categories, wanted, { session, attempt });
        const category: CategoryDocument = {
          _id: new Types.ObjectId(),
          ...{ slug, slugs: [slug], name, parent, ancestors, childCount: 0, updatedAt: new Date() },
          ...(externalId && source && { externalId, source }),
          ...(externalUpdatedAt && { externalUpdatedAt }),
        };
        await insertKnownOnce(() => insert(this.models.categories, category, session));
        await this.countChildren(parent, 1, session);
        return category;
      }),
    );
  }

  /** @throws RulesBroken */
  async update(id: Types.ObjectId, content: CategoryContent): Promise<CategoryDocument> {
    checkCategory(content);
    return withFreeSlug((attempt) =>
      this.dependencies.realtime.recordChange([treeKey, categoryKey(id)], async ({ session, announce }) => {
        announce(catalogTopic);
        const before = await this.models.categories.findById(id).session(session).lean();
        if (!before) throw noCategory('categoryId');
        const moved = content.parent !== undefined && String(content.parent) !== String(before.parent);
        const parent = moved ? content.parent! : before.parent;
        const name = content.name ?? before.name;
        if (moved || name !== before.name) await this.requireName(name, parent, session, id);
        if (moved) await this.move(before, content.parent ?? null, session);
        const { externalId, source, externalUpdatedAt } = content;
        const set = {
          name,
          updatedAt: new Date(),
          ...(content.slug && (await this.renamed(before, content.slug, session, attempt))),
          ...(externalId && source && { externalId, source }),
          ...(externalUpdatedAt && { externalUpdatedAt }),
        };
        const update = { $set: set, ...(externalId === null && { $unset: { externalId: '' } }) };
        return (await insertKnownOnce(() =>
          this.models.categories.findOneAndUpdate({ _id: id }, update, { returnDocument: 'after', session }).lean(),
        ))!;
      }),
    );
  }

  /** Only an empty category, so that nothing is lost with it. @throws RulesBroken */
  async delete(id: Types.ObjectId): Promise<CategoryDocument> {
    return this.dependencies.realtime.recordChange([treeKey, categoryKey(id)], async ({ session, announce }) => {
      announce(catalogTopic);
      const category = await this.models.categories.findById(id).session(session).lean();
      if (!category) throw noCategory('categoryId');
      if (await this.models.categories.exists({ parent: id }).session(session))
        throw broken('NOT_ALLOWED', 'Move or delete the categories below this one first.', 'categoryId');
      if (await this.models.products.exists({ category: id }).session(session))
        throw broken('NOT_ALLOWED', 'Move the products of this category to another one first.', 'categoryId');
      await this.models.categories.deleteOne({ _id: id }, { session });
      await this.countChildren(category.parent, -1, session);
      return category;
    });
  }

  /** Those of a category that stands below the parent. @throws RulesBroken */
  private async ancestorsBelow(parent: Types.ObjectId | null, session: ClientSession): Promise<Types.ObjectId[]> {
    if (!parent) return [];
    const above = await this.models.categories.findById(parent, { ancestors: 1 }).session(session).lean();
    if (!above) throw noCategory('parentId');
    if (above.ancestors.length + 1 >= maxDepth) throw broken('OUT_OF_RANGE', tooDeep, 'parentId');
    return [...above.ancestors, parent];
  }

  /** @throws RulesBroken ALREADY_EXISTS where a category beside it has the name */
  private async requireName(name: string, parent: Types.ObjectId | null, session: ClientSession, self?: Types.ObjectId): Promise<void> {
    const beside = { parent, name, ...(self && { _id: { $ne: self } }) };
    if (await this.models.categories.exists(beside).session(session))
      throw broken('ALREADY_EXISTS', 'There is already a category with this name here.', 'name');
  }

  /** Counting makes two moves at once, each below the other, contend. */
  private async countChildren(parent: Types.ObjectId | null, by: number, session: ClientSession): Promise<void> {
    if (parent) await this.models.categories.updateOne({ _id: parent }, { $inc: { childCount: by } }, { session });
  }

  /** @throws RulesBroken */
  private async move({ _id, parent: from }: CategoryDocument, to: Types.ObjectId | null, session: ClientSession): Promise<void> {
    const { categories } = this.models;
    const ancestors = await this.ancestorsBelow(to, session);
    if (ancestors.some((ancestor) => ancestor.equals(_id)))
      throw broken('NOT_ALLOWED', 'A category can’t be moved below itself.', 'parentId');
    const below = await categories.find({ ancestors: _id }, { ancestors: 1 }).session(session).lean();
    const depthBelow = Math.max(0, ...below.map((child) => child.ancestors.length - child.ancestors.findIndex((id) => id.equals(_id))));
    if (ancestors.length + depthBelow >= maxDepth) throw broken('OUT_OF_RANGE', tooDeep, 'parentId');
    await categories.updateOne({ _id }, { $set: { parent: to, ancestors } }, { session });
    const moves = below.map((child) => {
      const own = child.ancestors.slice(child.ancestors.findIndex((id) => id.equals(_id)));
      return { updateOne: { filter: { _id: child._id }, update: { $set: { ancestors: [...ancestors, ...own], updatedAt: new Date() } } } };
    });
    if (moves.length > 0) await categories.bulkWrite(moves, { session });
    await this.countChildren(from, -1, session);
    await this.countChildren(to, 1, session);
  }

  private async renamed({ _id, slugs }: CategoryDocument, wanted: string, session: ClientSession, attempt: number) {
    const slug = await freeSlug(this.models.categories, slugify(wanted), { session, self: _id, attempt });
    return { slug, slugs: slugsAfter(slug, slugs) };
  }
}

const noCategory = (field: string) => broken('NOT_FOUND', 'There is no such category.', field);

export function checkCategory(content: CategoryContent): void {
  const rules = new InputRules();
  if (content.name !== undefined && content.name !== null) rules.line(content.name, { min: 1, max: 100 }, 'name');
  if (content.slug !== undefined && content.slug !== null) rules.line(content.slug, { min: 1, max: 80 }, 'slug');
  checkExternalIdentity(rules, content);
  rules.check();
}
