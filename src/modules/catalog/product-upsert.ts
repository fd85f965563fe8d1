/** Products by their IDs in another system: five hundred in the same few trips to the store as one. */
import { isDeepStrictEqual } from 'node:util';
import { Types } from 'mongoose';
import { brokenRule, RulesBroken, type BrokenRule } from '../../errors.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { SignedIn } from '../../relay/context.js';
import { isOtherVersion, isOutdated, maxUpserts, UpsertBatch, UpsertOutcome, type Upserted } from '../../relay/upsert.js';
import type { ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import type { DomainEventBus } from '../domain-events.js';
import type { ScreeningVerbs } from '../screening/index.js';
import type { UserVerbs } from '../user/index.js';
import type { CatalogModels, CategoryDocument, ProductDocument } from './catalog.model.js';
import { contentRules, newProduct, textsOf } from './catalog.service.js';
import type { CategoryService } from './category.service.js';
import { withoutEmpty } from './identifiers.js';
import type { MoneyAmount } from './money.js';
import { slugify, withFreeSlug } from './slugs.js';
import { catalogTopic, categoryKey } from './writing.js';

/** What is left out stays as it is; null removes it. */
export interface ProductItem {
  externalId: string;
  title?: string | null;
  description?: string | null;
  categoryExternalId?: string | null;
  price?: MoneyAmount | null;
  stock?: number | null;
  backorder?: boolean | null;
  attributes?: { name: string; value: string }[] | null;
  imageUrl?: string | null;
  sku?: string | null;
  gtin?: string | null;
  mpn?: string | null;
  brand?: string | null;
  url?: string | null;
  archived?: boolean | null;
  updatedAt?: Date | null;
}

export interface ProductBatch {
  source: string;
  products: readonly ProductItem[];
  /** Whose new products are; the actor's where left out. */
  merchant?: Types.ObjectId | null;
}

interface Dependencies {
  models: CatalogModels;
  realtime: Realtime;
  events: DomainEventBus;
  tree: CategoryService;
  users: UserVerbs;
  screening: ScreeningVerbs;
}

type Written = { outcome: UpsertOutcome; document: ProductDocument };
type Run = UpsertBatch<ProductItem>;
type Plan = { at: number; item: ProductItem; before: ProductDocument; after: ProductDocument; outcome: UpsertOutcome };

/** @throws RulesBroken for what is wrong with a product before anything is looked up */
function checkProduct(item: ProductItem): void {
  contentRules({ ...item, externalId: null }).check();
}

/** @throws RulesBroken where something is wrong with the batch as a whole */
export function checkProducts({ source, products }: ProductBatch): void {
  new UpsertBatch('products', source, products, checkProduct);
}

export class ProductUpserts {
  private readonly models: CatalogModels;

  constructor(private readonly dependencies: Dependencies) {
    this.models = dependencies.models;
  }

  /** Merchants write their own products, administrators any. @throws RulesBroken for what is wrong with the batch as a whole */
  async upsertProducts(actor: SignedIn, { source, products, merchant }: ProductBatch): Promise<Upserted<ProductDocument>[]> {
    const owner = await this.ownerOf(actor, merchant);
    const isOwner = owner instanceof Types.ObjectId;
    const batch = new UpsertBatch('products', source, products, checkProduct, isOwner ? [] : [owner]);
    if (!isOwner) return [];
    const rule = await this.dependencies.screening.productTextRule(actor);
    batch.checkEach((item, at) => {
      const rules = rule(textsOf(item).filter(({ field }) => !batch.isBroken(at, field[0])));
      if (rules.length > 0) throw new RulesBroken(rules);
    });
    const categories = await this.categoriesOf(source, batch);
    const keys = [`bulk:products:${source}`, ...[...categories.values()].map(({ _id }) => categoryKey(_id))];
    return withFreeSlug((attempt) =>
      this.dependencies.realtime.recordChange([...new Set(keys)], async (change) => {
        const run = batch.copy();
        const plans = await this.plan(change.session, run, { actor, source, owner, categories });
        await this.write(change, plans, attempt);
        return run.results(new Map<number, Written>(plans.map(({ at, outcome, after }) => [at, { outcome, document: after }])));
      }),
    );
  }

  /** Whose the products will be, or why they cannot be theirs. */
  private async ownerOf(actor: SignedIn, merchant: Types.ObjectId | null | undefined): Promise<Types.ObjectId | BrokenRule> {
    if (!merchant || merchant.equals(actor.userId)) return actor.userId;
    if (!actor.roles.includes('ADMIN')) return brokenRule('NOT_ALLOWED', 'You can only add products of your own.', 'merchantId');
    if (!(await this.dependencies.users.knowsMerchant(merchant)))
      return brokenRule('NOT_FOUND', 'There is no such merchant.', 'merchantId');
    return merchant;
  }

  /** The categories that items name, by their external IDs; under the empty ID, that of products without one. */
  private async categoriesOf(source: string, batch: Run): Promise<ReadonlyMap<string, CategoryDocument>> {
    const wanted = [...new Set(batch.identified.flatMap(({ item }) => item.categoryExternalId ?? []))];
    const found: CategoryDocument[] =
      wanted.length === 0 ? [] : await this.models.categories.find({ source, externalId: { $in: wanted } }).lean();
    const byId = new Map<string, CategoryDocument>(found.map((category) => [category.externalId!, category]));
    if (batch.valid.some(({ item }) => !item.categoryExternalId)) byId.set('', await this.dependencies.tree.uncategorised());
    return byId;
  }

  private async plan(
    session: ClientSession,
    run: Run,
    scope: { actor: SignedIn; source: string; owner: Types.ObjectId; categories: ReadonlyMap<string, CategoryDocument> },
  ): Promise<Plan[]> {
    const { actor, source, owner, categories } = scope;
    const externalIds = run.identified.map(({ item }) => item.externalId);
    const found = await this.models.products
      .find({ source, externalId: { $in: externalIds } })
      .batchSize(maxUpserts * 2)
      .session(session)
      .lean();
    const present = await this.present(session, categories);
    const known = new Map(found.map((product) => [product.externalId!, product]));
    return run.identified.flatMap(({ item, at }): Plan[] => {
      const before = known.get(item.externalId);
      const category = item.categoryExternalId ? categories.get(item.categoryExternalId)?._id : undefined;
      if (item.categoryExternalId && !(category && present.has(category.toHexString())))
        run.reject(at, 'NOT_FOUND', 'There is no such category.', 'categoryExternalId');
      if (!before && !item.title) run.reject(at, 'REQUIRED', 'This must not be empty.', 'title');
      if (before && !before.merchant.equals(actor.userId) && !actor.roles.includes('ADMIN'))
        run.reject(at, 'NOT_ALLOWED', 'You can only change your own products.', 'externalId');
      if (run.isBroken(at)) return [];
      if (!before) {
        const fresh = newItem(item, { source, owner, category: category ?? categories.get('')!._id });
        return [{ at, item, before: fresh, after: fresh, outcome: UpsertOutcome.CREATED }];
      }
      if (isOutdated(before, item)) return [{ at, item, before, after: before, outcome: UpsertOutcome.OUTDATED }];
      const facts = factsOf(item, before, category);
      const outcome = Object.keys(facts).length === 0 ? UpsertOutcome.UNCHANGED : UpsertOutcome.UPDATED;
      return [{ at, item, before, after: { ...before, ...facts }, outcome }];
    });
  }

  /** Which of the categories are still there. */
  private async present(session: ClientSession, categories: ReadonlyMap<string, CategoryDocument>): Promise<ReadonlySet<string>> {
    const ids = [...categories.values()].map(({ _id }) => _id);
    const found =
      ids.length === 0
        ? []
        : await this.models.categories
            .find({ _id: { $in: ids } }, { _id: 1 })
            .session(session)
            .lean();
    return new Set(found.map(({ _id }) => _id.toHexString()));
  }

  private async write(change: Change, plans: readonly Plan[], attempt: number): Promise<void> {
    const { session } = change;
    const now = new Date();
    const created = plans.filter(({ outcome }) => outcome === UpsertOutcome.CREATED);
    const updates = plans.flatMap(({ before, after, item, outcome }) => {
      const versioned = outcome !== UpsertOutcome.OUTDATED && outcome !== UpsertOutcome.CREATED && isOtherVersion(before, item);
      if (outcome !== UpsertOutcome.UPDATED && !versioned) return [];
      if (outcome === UpsertOutcome.UPDATED) after.updatedAt = now;
      if (versioned) after.externalUpdatedAt = item.updatedAt!;
      const changed = Object.entries(after).filter(([field, value]) => value !== before[field as keyof ProductDocument]);
      return [{ updateOne: { filter: { _id: before._id }, update: { $set: Object.fromEntries(changed) } } }];
    });
    await this.giveSlugs(session, created, attempt);
    await insert(
      this.models.products,
      created.map(({ after }) => after),
      session,
    );
    if (updates.length > 0) await this.models.products.bulkWrite(updates as never, { session, ordered: false });
    for (const { before, after } of plans)
      if (!before.category.equals(after.category))
        await this.dependencies.events.emit(change, 'productMoved', {
          ...{ product: after._id, from: before.category, to: after.category, rating: before.rating },
        });
    const products = plans.filter(({ before, after }) => after.archivedAt && !before.archivedAt).map(({ after }) => after._id);
    if (products.length > 0) await this.dependencies.events.emit(change, 'productsArchived', { products });
    if (created.length > 0 || updates.length > 0) change.announce(catalogTopic);
  }

  /** The slug of the title where nothing has or had it, else with the end of the id behind it. */
  private async giveSlugs(session: ClientSession, created: readonly Plan[], attempt: number): Promise<void> {
    if (created.length === 0) return;
    const wanted = created.map(({ after }) => slugify(after.title));
    const found = await this.models.products
      .find({ slugs: { $in: [...new Set(wanted)] } }, { slugs: 1 })
      .batchSize(maxUpserts * 2)
      .session(session)
      .lean();
    const taken = new Set(found.flatMap(({ slugs }) => slugs));
    created.forEach(({ after }, at) => {
      const plain = wanted[at]!;
      const slug = attempt === 0 && !taken.has(plain) ? plain : `${plain}-${after._id.toHexString().slice(-8)}`;
      taken.add(slug);
      Object.assign(after, { slug, slugs: [slug] });
    });
  }
}

function newItem(
  item: ProductItem,
  { source, owner, category }: { source: string; owner: Types.ObjectId; category: Types.ObjectId },
): ProductDocument {
  const content = { ...item, title: item.title!, price: item.price ?? null, category, source };
  return {
    ...newProduct(new Types.ObjectId(), owner, '', content),
    ...(item.url && { url: item.url }),
    ...(item.archived && { archivedAt: new Date() }),
    ...(item.updatedAt && { externalUpdatedAt: item.updatedAt }),
  };
}

const clearable = ['price', 'stock', 'imageUrl', 'sku', 'gtin', 'mpn', 'brand', 'url'] as const;
const lasting = ['title', 'description', 'backorder', 'attributes'] as const;

/** What an item says that the product does not. */
function factsOf(given: ProductItem, before: ProductDocument, category: Types.ObjectId | undefined): Partial<ProductDocument> {
  const item = withoutEmpty(given);
  const values = [
    ...clearable.filter((field) => item[field] !== undefined),
    ...lasting.filter((field) => item[field] !== undefined && item[field] !== null),
  ].map((field) => [field, plain(item[field])] as const);
  const changed = values.filter(([field, value]) => !isDeepStrictEqual(value, plain(before[field])));
  const { archived } = item;
  const archives = typeof archived === 'boolean' && archived !== (before.archivedAt !== null);
  return {
    ...(Object.fromEntries(changed) as Partial<ProductDocument>),
    ...(category && !category.equals(before.category) && { category }),
    ...(archives && { archivedAt: archived ? new Date() : null }),
  };
}

/** Inputs and documents have objects of different kinds, and nothing is null. */
function plain(value: unknown): unknown {
  return value === undefined || value === null ? null : typeof value === 'object' ? (JSON.parse(JSON.stringify(value)) as unknown) : value;
}
