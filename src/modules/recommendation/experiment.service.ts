/** What becomes of recommendations: impressions, outcomes, and what they say of the variants. */
import { createHash } from 'node:crypto';
import { Types } from 'mongoose';
import { broken } from '../../errors.js';
import { recordChange, type Change } from '../../realtime/index.js';
import { alwaysValidP, wilsonInterval, type ProportionInterval } from '../../scoring/index.js';
import { insertMissing } from '../../store/bulk.js';
import { noteInteractions } from '../behaviour/index.js';
import { onOrderStatus } from '../order/index.js';
import { registerOwnedDocuments } from '../user/index.js';
import { DismissalModel, ImpressionModel, OutcomeModel, type ImpressionDocument, type OutcomeName } from './impression.model.js';

/** Control is what everybody gets without an experiment. */
export const variants = ['control', 'diverse'] as const;
export type VariantName = (typeof variants)[number];

const experiment = 'diversity';
const boughtWithin = 7 * 24 * 60 * 60 * 1000;
const mostDismissed = 500;

/**
 * Which variant a user gets: the same one always, on every process, and independent of everything else about them.
 * @param share of users who get the treatment, 0 to 1
 */
export function variantOf(user: Types.ObjectId | null, share: number): VariantName {
  if (!user) return 'control';
  const hash = createHash('sha256').update(`${experiment} ${user.toHexString()}`).digest();
  return hash.readUInt32BE() / 2 ** 32 < share ? 'diverse' : 'control';
}

/** Notes that products were shown. @returns the impression's id */
export async function recordImpression(impression: Omit<ImpressionDocument, '_id' | 'at'>): Promise<Types.ObjectId> {
  const _id = new Types.ObjectId();
  await ImpressionModel.collection.insertOne({ _id, ...impression, at: new Date() });
  return _id;
}

/** Impressions of another shop or data set, in bulk. @returns how many were new */
export function importImpressions(impressions: ImpressionDocument[]): Promise<number> {
  return insertMissing(ImpressionModel, impressions);
}

/** Once of each kind, however often it is sent. @throws RulesBroken NOT_FOUND for what was not shown to the user */
export async function recordOutcome(
  user: Types.ObjectId | null,
  impressionId: Types.ObjectId,
  place: number,
  outcome: OutcomeName,
): Promise<Types.ObjectId> {
  const missing = broken('NOT_FOUND', 'There is no such impression.', 'impressionId');
  const impression = await ImpressionModel.findById(impressionId).lean();
  const product = impression?.products[place];
  if (!impression || !product || (impression.user && !user?.equals(impression.user))) throw missing;
  await recordChange([`impression:${impressionId.toHexString()}`], async (change) => {
    if (!(await insertOutcome(change, impression, product, outcome)) || !user) return;
    if (outcome === 'CLICKED') await noteInteractions(change.session, user, [product], { increments: { clicks: 1 } });
    if (outcome === 'DISMISSED') await dismiss(change, user, product);
  });
  return product;
}

/** @returns whether it is new */
async function insertOutcome(
  change: Change,
  impression: ImpressionDocument,
  product: Types.ObjectId,
  outcome: OutcomeName,
): Promise<boolean> {
  const { _id: id, user, variant, modelVersion } = impression;
  const _id = `${id.toHexString()}:${product.toHexString()}:${outcome}`;
  if (await OutcomeModel.exists({ _id }).session(change.session)) return false;
  const document = { _id, impression: id, user, product, outcome, variant, modelVersion, at: new Date() };
  await OutcomeModel.collection.insertOne(document as never, { session: change.session });
  return true;
}

const dismissalId = (user: Types.ObjectId, product: Types.ObjectId): string => `${user.toHexString()}:${product.toHexString()}`;

async function dismiss({ session }: Change, user: Types.ObjectId, product: Types.ObjectId): Promise<void> {
  const _id = dismissalId(user, product);
  await DismissalModel.updateOne({ _id }, { $setOnInsert: { user, product, at: new Date() } }, { upsert: true, session });
}

/** The product may be recommended again. Undoing what was not done changes nothing. */
export async function undoDismissal(user: Types.ObjectId, product: Types.ObjectId): Promise<void> {
  await DismissalModel.deleteOne({ _id: dismissalId(user, product) });
}

/** What a user does not want to see recommended, the latest five hundred. */
export async function dismissedBy(user: Types.ObjectId): Promise<Types.ObjectId[]> {
  const dismissals = await DismissalModel.find({ user }, { product: 1 }).sort({ at: -1 }).limit(mostDismissed).lean();
  return dismissals.map(({ product }) => product);
}

/** Who orders within a week what they clicked on where it was recommended, bought it because of that. */
onOrderStatus(async (change, { status, buyer, items }) => {
  if (status !== 'PLACED') return;
  const { session } = change;
  const products = items.map(({ product }) => product);
  const since = new Date(Date.now() - boughtWithin);
  const clicks = await OutcomeModel.find({ user: buyer, product: { $in: products }, outcome: 'CLICKED', at: { $gte: since } })
    .session(session)
    .lean();
  for (const { impression: id, product } of clicks) {
    const impression = await ImpressionModel.findById(id).session(session).lean();
    if (impression) await insertOutcome(change, impression, product, 'BOUGHT');
  }
});

export interface VariantReport {
  variant: string;
  modelVersion: string | null;
  impressions: number;
  clicks: number;
  dismissals: number;
  purchases: number;
  clickRate: ProportionInterval | null;
  conversionRate: ProportionInterval | null;
}

export interface Comparison {
  treatment: string;
  clickRateDifference: number;
  alwaysValidP: number;
}

export interface RecommenderReportFigures {
  variants: VariantReport[];
  byModelVersion: VariantReport[];
  comparisons: Comparison[];
}

interface Counts {
  variant: string;
  modelVersion: string | null;
  impressions: number;
  outcomes: Record<OutcomeName, number>;
}

/** Figures straight from the log of impressions and outcomes of the last days. */
export async function reportOf(days: number): Promise<RecommenderReportFigures> {
  const since = new Date(Date.now() - days * 24 * 60 * 60 * 1000);
  const group = { variant: '$variant', modelVersion: '$modelVersion' };
  type Group = { variant: string; modelVersion: string | null };
  const [shown, outcomes] = await Promise.all([
    ImpressionModel.aggregate<{ _id: Group; shown: number }>([
      { $match: { at: { $gte: since } } },
      { $group: { _id: group, shown: { $sum: { $size: '$products' } } } },
    ]),
    OutcomeModel.aggregate<{ _id: Group & { outcome: OutcomeName }; count: number }>([
      { $match: { at: { $gte: since } } },
      { $group: { _id: { ...group, outcome: '$outcome' }, count: { $sum: 1 } } },
    ]),
  ]);
  const counts = new Map<string, Counts>();
  const countsOf = ({ variant, modelVersion }: Group): Counts => {
    const key = `${variant} ${modelVersion}`;
    const known = counts.get(key) ?? { variant, modelVersion, impressions: 0, outcomes: { CLICKED: 0, DISMISSED: 0, BOUGHT: 0 } };
    counts.set(key, known);
    return known;
  };
  for (const { _id, shown: impressions } of shown) countsOf(_id).impressions += impressions;
  for (const { _id, count } of outcomes) countsOf(_id).outcomes[_id.outcome] += count;
  const all = [...counts.values()].sort(
    (a, b) => a.variant.localeCompare(b.variant) || String(b.modelVersion).localeCompare(String(a.modelVersion)),
  );
  const byVariant = mergeVariants(all).map(reportLine);
  return { variants: byVariant, byModelVersion: all.map(reportLine), comparisons: compare(byVariant) };
}

function mergeVariants(all: Counts[]): Counts[] {
  const merged = new Map<string, Counts>();
  for (const { variant, impressions, outcomes } of all) {
    const sum = merged.get(variant) ?? { variant, modelVersion: null, impressions: 0, outcomes: { CLICKED: 0, DISMISSED: 0, BOUGHT: 0 } };
    sum.impressions += impressions;
    for (const name of Object.keys(outcomes) as OutcomeName[]) sum.outcomes[name] += outcomes[name];
    merged.set(variant, sum);
  }
  return [...merged.values()];
}

function reportLine({ variant, modelVersion, impressions, outcomes }: Counts): VariantReport {
  const { CLICKED: clicks, DISMISSED: dismissals, BOUGHT: purchases } = outcomes;
  const rate = (successes: number) => wilsonInterval({ successes: Math.min(successes, impressions), trials: impressions });
  return { variant, modelVersion, impressions, clicks, dismissals, purchases, clickRate: rate(clicks), conversionRate: rate(purchases) };
}

function compare(reports: VariantReport[]): Comparison[] {
  const control = reports.find(({ variant }) => variant === 'control');
  if (!control?.clickRate) return [];
  const proportion = ({ clicks, impressions }: VariantReport) => ({ successes: Math.min(clicks, impressions), trials: impressions });
  return reports
    .filter((report) => report !== control && report.clickRate !== null)
    .map((treatment) => ({
      treatment: treatment.variant,
      clickRateDifference: treatment.clickRate!.mean - control.clickRate!.mean,
      alwaysValidP: alwaysValidP(proportion(control), proportion(treatment)),
    }));
}

registerOwnedDocuments({ name: 'recommendationImpressions', model: ImpressionModel, owner: 'user', erase: 'DELETE' });
registerOwnedDocuments({ name: 'recommendationOutcomes', model: OutcomeModel, owner: 'user', erase: 'DELETE' });
registerOwnedDocuments({ name: 'dismissals', model: DismissalModel, owner: 'user', erase: 'DELETE' });
