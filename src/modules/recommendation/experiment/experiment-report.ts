/** What the log of impressions and outcomes says of the variants. */
import type { Types } from 'mongoose';
import type { Showings } from '../../../recommender/index.js';
import { alwaysValidP, wilsonInterval, type ProportionInterval } from '../../../scoring/index.js';
import type { ExperimentModels, OutcomeName } from './experiment.model.js';

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

interface Group {
  variant: string;
  modelVersion: string | null;
}

/** Figures straight from the log of impressions and outcomes of the last days. */
export async function reportOf(models: ExperimentModels, days: number): Promise<RecommenderReportFigures> {
  const counts = await countsSince(models, new Date(Date.now() - days * 24 * 60 * 60 * 1000));
  const all = counts.sort((a, b) => a.variant.localeCompare(b.variant) || String(b.modelVersion).localeCompare(String(a.modelVersion)));
  const byVariant = mergeVariants(all).map(reportLine);
  return { variants: byVariant, byModelVersion: all.map(reportLine), comparisons: compare(byVariant) };
}

/** What came of showing some products to users of the exploring variant, by product. */
export async function showingsOf(
  { impressions, outcomes }: ExperimentModels,
  products: readonly Types.ObjectId[],
  days: number,
): Promise<Map<string, Showings>> {
  const exploring = { variant: 'exploring', at: { $gte: new Date(Date.now() - days * 24 * 60 * 60 * 1000) } };
  const [shown, clicked] = await Promise.all([
    impressions.aggregate<{ _id: Types.ObjectId; count: number }>([
      { $match: { ...exploring, products: { $in: products } } },
      { $unwind: '$products' },
      { $match: { products: { $in: products } } },
      { $group: { _id: '$products', count: { $sum: 1 } } },
    ]),
    outcomes.aggregate<{ _id: Types.ObjectId; count: number }>([
      { $match: { ...exploring, product: { $in: products }, outcome: 'CLICKED' } },
      { $group: { _id: '$product', count: { $sum: 1 } } },
    ]),
  ]);
  const showings = new Map(shown.map(({ _id, count }) => [_id.toHexString(), { shown: count, clicked: 0 }]));
  for (const { _id, count } of clicked) {
    const entry = showings.get(_id.toHexString());
    if (entry) entry.clicked = count;
  }
  return showings;
}

async function countsSince({ impressions, outcomes }: ExperimentModels, since: Date): Promise<Counts[]> {
  const group = { variant: '$variant', modelVersion: '$modelVersion' };
  const [shown, acted] = await Promise.all([
    impressions.aggregate<{ _id: Group; shown: number }>([
      { $match: { at: { $gte: since } } },
      { $group: { _id: group, shown: { $sum: { $size: '$products' } } } },
    ]),
    outcomes.aggregate<{ _id: Group & { outcome: OutcomeName }; count: number }>([
      { $match: { at: { $gte: since } } },
      { $group: { _id: { ...group, outcome: '$outcome' }, count: { $sum: 1 } } },
    ]),
  ]);
  const counts = new Map<string, Counts>();
  const countsOf = ({ variant, modelVersion }: Group): Counts => {
    const key = `${variant} ${modelVersion}`;
    const entry = counts.get(key) ?? { variant, modelVersion, impressions: 0, outcomes: { CLICKED: 0, DISMISSED: 0, BOUGHT: 0 } };
    counts.set(key, entry);
    return entry;
  };
  for (const { _id, shown: products } of shown) countsOf(_id).impressions += products;
  for (const { _id, count } of acted) countsOf(_id).outcomes[_id.outcome] += count;
  return [...counts.values()];
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
