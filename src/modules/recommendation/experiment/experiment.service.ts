/** What happens to recommendations: who gets which variant, what was shown, and what the viewer did with it. */
import { createHash } from 'node:crypto';
import type { Types } from 'mongoose';
import { broken } from '../../../errors.js';
import type { Change, Realtime } from '../../../realtime/index.js';
import type { Showings } from '../../../recommender/index.js';
import { insert, insertMissing } from '../../../store/documents.js';
import { consentKey, type BehaviourVerbs } from '../../behaviour/index.js';
import type { DomainEvents } from '../../domain-events.js';
import { isExpired, isOfAnother, tooOld, type Impression } from '../../impression.js';
import type { ExperimentModels, ImpressionDocument, OutcomeName } from './experiment.model.js';
import { reportOf, showingsOf, type RecommenderReportFigures } from './experiment-report.js';

/** Everybody gets the control when there is no experiment. */
export const variants = ['control', 'diverse', 'exploring'] as const;
export type VariantName = (typeof variants)[number];

const experiment = 'diversity';
const maxDismissed = 500;

/**
 * Which variant a user gets: the same one always, on every process, and independent of everything else about them.
 * @param share of users who get the treatment, 0 to 1
 * @param explorationShare of users who are shown new products, 0 to 1; nobody gets both
 */
export function variantOf(user: Types.ObjectId | null, share: number, explorationShare: number): VariantName {
  if (!user) return 'control';
  const hash = createHash('sha256').update(`${experiment} ${user.toHexString()}`).digest();
  const place = hash.readUInt32BE() / 2 ** 32;
  if (place < share) return 'diverse';
  return place >= 1 - explorationShare ? 'exploring' : 'control';
}

interface ExperimentDependencies {
  models: ExperimentModels;
  realtime: Realtime;
  behaviour: BehaviourVerbs;
  /** Milliseconds from a click to an order that counts as following from it. */
  attributionWindow: number;
}

export class ExperimentService {
  private readonly models: ExperimentModels;

  constructor(private readonly dependencies: ExperimentDependencies) {
    this.models = dependencies.models;
  }

  /** Notes that recommended products were in view, each once however often it is told. @returns how many are new */
  async recordShown({ session }: Change, shown: readonly Impression[]): Promise<number> {
    const lists = new Map(shown.map((impression) => [impression.list.toHexString(), impression]));
    const earlier = await this.models.impressions
      .find({ _id: { $in: [...lists.values()].map(({ list }) => list) } }, { products: 1 })
      .session(session)
      .lean();
    const seen = new Set(
      earlier.flatMap(({ _id, products }) => products.map((product) => `${_id.toHexString()}:${product.toHexString()}`)),
    );
    const fresh = new Map(shown.map((impression) => [impressionKey(impression), impression]));
    for (const key of seen) fresh.delete(key);
    const updates = [...lists.entries()].flatMap(([key, { list, user, context, variant, modelVersion }]) => {
      const products = [...fresh.values()].filter((impression) => impression.list.toHexString() === key).map(({ product }) => product);
      const made = { user, context, variant, modelVersion, at: new Date() };
      const update = { $setOnInsert: made, $addToSet: { products: { $each: products } } };
      return products.length === 0 ? [] : [{ updateOne: { filter: { _id: list }, update, upsert: true } }];
    });
    if (updates.length > 0) await this.models.impressions.bulkWrite(updates, { session });
    return fresh.size;
  }

  /** Impressions of another shop or data set, in bulk. @returns how many were new */
  importImpressions(impressions: readonly ImpressionDocument[]): Promise<number> {
    return insertMissing(this.models.impressions, impressions);
  }

  /**
   * Once of each kind, however often it is sent. Whoever did something with a product has seen it: where the client did not
   * say so, the impression is counted with it.
   * @throws RulesBroken NOT_FOUND for what was not shown to the user, TOO_LATE for what was shown long ago
   */
  async recordOutcome(user: Types.ObjectId | null, impression: Impression, outcome: OutcomeName): Promise<void> {
    if (isOfAnother(impression, user)) throw broken('NOT_FOUND', 'There is no such impression.', 'impressionId');
    if (isExpired(impression)) throw broken('TOO_LATE', tooOld, 'impressionId');
    const { behaviour, realtime } = this.dependencies;
    const { list, product } = impression;
    const keys = [...(user ? [consentKey({ user })] : []), `impression:${list.toHexString()}`];
    await realtime.recordChange(keys, async (change) => {
      const tracking = user !== null && (await behaviour.trackedFrom({ user }, new Date(), change.session)) !== null;
      const shown = { ...impression, user: tracking ? impression.user : null };
      await this.recordShown(change, [shown]);
      if (!(await this.insertOutcome(change, { ...shown, _id: list }, product, outcome)) || !user) return;
      if (outcome === 'CLICKED' && tracking)
        await behaviour.noteInteractions(change.session, user, [product], { increments: { clicks: 1 } });
      if (outcome === 'DISMISSED') await this.dismiss(change, user, product);
    });
  }

  /** @returns whether it is new */
  private async insertOutcome(
    { session }: Change,
    { _id: impression, user, variant, modelVersion }: Pick<ImpressionDocument, '_id' | 'user' | 'variant' | 'modelVersion'>,
    product: Types.ObjectId,
    outcome: OutcomeName,
  ): Promise<boolean> {
    const _id = `${impression.toHexString()}:${product.toHexString()}:${outcome}`;
    if (await this.models.outcomes.exists({ _id, user: { $in: [user, null] }, product }).session(session)) return false;
    await insert(this.models.outcomes, { _id, impression, user, product, outcome, variant, modelVersion, at: new Date() }, session);
    return true;
  }

  private async dismiss({ session }: Change, user: Types.ObjectId, product: Types.ObjectId): Promise<void> {
    const _id = dismissalId(user, product);
    await this.models.dismissals.updateOne({ _id }, { $setOnInsert: { user, product, at: new Date() } }, { upsert: true, session });
  }

  /** The product may be recommended again. Undoing what was not done changes nothing. */
  async undoDismissal(user: Types.ObjectId, product: Types.ObjectId): Promise<void> {
    await this.models.dismissals.deleteOne({ _id: dismissalId(user, product) });
  }

  /** What was shown to a user who is tracked no longer stays without them. */
  async forget({ session }: Change, { user, until }: DomainEvents['trackingWithdrawn']): Promise<void> {
    const filter = { user, ...(until && { at: { $lt: until } }) };
    await this.models.impressions.updateMany(filter, { $set: { user: null } }, { session });
    await this.models.outcomes.updateMany(filter, { $set: { user: null } }, { session });
  }

  /** What a user does not want to see recommended, the latest five hundred. */
  async dismissedBy(user: Types.ObjectId): Promise<Types.ObjectId[]> {
    const dismissals = await this.models.dismissals.find({ user }, { product: 1 }).sort({ at: -1 }).limit(maxDismissed).lean();
    return dismissals.map(({ product }) => product);
  }

  /** An order of what the buyer clicked on where it was recommended, soon after, follows from the recommendation. */
  async attributeOrder(change: Change, { order }: DomainEvents['orderStatusChanged']): Promise<void> {
    if (order.status !== 'PLACED') return;
    const { session } = change;
    const product = { $in: order.items.map((item) => item.product) };
    const at = { $gte: new Date(Date.now() - this.dependencies.attributionWindow) };
    const clicks = await this.models.outcomes.find({ user: order.buyer, product, outcome: 'CLICKED', at }).session(session).lean();
    for (const click of clicks) {
      const impression = await this.models.impressions.findById(click.impression).session(session).lean();
      if (impression) await this.insertOutcome(change, impression, click.product, 'BOUGHT');
    }
  }

  /** What came of showing each of some products to users who explore, in the last days. */
  showingsOf(products: readonly Types.ObjectId[], days: number): Promise<Map<string, Showings>> {
    return showingsOf(this.models, products, days);
  }

  report(days: number): Promise<RecommenderReportFigures> {
    return reportOf(this.models, days);
  }
}

function dismissalId(user: Types.ObjectId, product: Types.ObjectId): string {
  return `${user.toHexString()}:${product.toHexString()}`;
}

/** Tells impressions apart: a product is once in a list. */
function impressionKey({ list, product }: Impression): string {
  return `${list.toHexString()}:${product.toHexString()}`;
}
