/** Products that came after the training find their place by their text, beside what the user likes. */
import { LRUCache } from 'lru-cache';
import { matchByText } from '../../../recommender/index.js';
import { dependsOnMoment } from '../../../store/cache/reads.js';
import type { CatalogVerbs, ProductDocument } from '../../catalog/index.js';
import { termsOf } from '../training/training-data.js';
import { kindOf } from './explain.js';
import { isSoldBy } from './filter.js';
import type { LoadedModel } from './loaded-model.js';
import type { RecommendationRequest, RecommendedItem } from './recommendation.js';
import { isInterest, type ViewerContext } from './viewer-context.js';

const maxFresh = 50;
const freshnessCheck = 10_000;
/** Every fifth place may go to a product that no model knows yet. */
const placesPerFresh = 5;
const minSimilarity = 0.05;
const maxOwn = 20;
const maxCompanions = 200;

export class FreshProducts {
  private readonly latest = new LRUCache<string, ProductDocument[]>({ max: 1, ttl: freshnessCheck });

  constructor(private readonly catalog: CatalogVerbs) {}

  /** Mixes new products into a ranking, where some are like what the viewer is interested in. */
  async mixInto(
    ranked: RecommendedItem[],
    model: LoadedModel,
    request: RecommendationRequest,
    viewer: ViewerContext,
  ): Promise<RecommendedItem[]> {
    const listed = new Set(ranked.map(({ product }) => product.toHexString()));
    const fresh = (await this.since(model)).filter(({ _id }) => !listed.has(_id.toHexString()));
    const alike = await alikeInText(fresh, this.catalog, model, request, viewer);
    return interleave(
      ranked,
      alike.map(({ item }) => item),
    );
  }

  private async since(model: LoadedModel): Promise<ProductDocument[]> {
    dependsOnMoment();
    let latest = this.latest.get(model.version);
    if (!latest) this.latest.set(model.version, (latest = await this.catalog.newestSince(model.snapshot.createdAt, maxFresh)));
    return latest.filter(({ _id }) => model.numberOf(_id) === undefined);
  }

  /** Products that go with a new one, by their text. */
  async similarByText(product: ProductDocument, count: number, model: LoadedModel | null): Promise<ProductDocument['_id'][]> {
    const best = await this.catalog.bestOfCategory(product.category, maxCompanions);
    const others = best.filter(({ _id }) => !_id.equals(product._id));
    return matchByText([plainTerms(product)], others.map(plainTerms), model?.ranker.vocabulary)
      .slice(0, count)
      .map(({ candidate }) => others[candidate]!._id);
  }
}

/**
 * Those of some products that are like what the viewer is interested in, the most alike first, each with what it is like. What the
 * viewer has to do with already is left out.
 */
export async function alikeInText(
  products: readonly ProductDocument[],
  catalog: CatalogVerbs,
  model: LoadedModel,
  { seeds, exclude, user }: RecommendationRequest,
  { history, excluded }: ViewerContext,
): Promise<{ item: RecommendedItem; similarity: number }[]> {
  const ownIds = [...seeds, ...history.filter(isInterest).map(({ product }) => product)].slice(0, maxOwn);
  const taken = new Set([...exclude, ...excluded, ...seeds, ...history.map(({ product }) => product)].map(String));
  const candidates = products.filter((product) => !taken.has(product._id.toHexString()) && !isSoldBy(user, product));
  if (candidates.length === 0 || ownIds.length === 0) return [];
  const own = await catalog.productsByIds(ownIds);
  const interactions = new Map(history.map((interaction) => [interaction.product.toHexString(), interaction]));
  return matchByText(own.map(plainTerms), candidates.map(plainTerms), model.ranker.vocabulary)
    .filter(({ similarity }) => similarity >= minSimilarity)
    .map(({ candidate, own: at, similarity }) => {
      const cause = own[at]!._id;
      const reasons = [{ kind: kindOf(interactions.get(cause.toHexString())), products: [cause], users: [] }];
      return { item: { product: candidates[candidate]!._id, score: 0, reasons, modelVersion: model.version }, similarity };
    });
}

function plainTerms(product: ProductDocument): string[] {
  return termsOf(product, '');
}

/** A new product's score lies between those of its neighbours in the list. */
function interleave(ranked: RecommendedItem[], additions: RecommendedItem[]): RecommendedItem[] {
  const mixed: RecommendedItem[] = [];
  for (const item of ranked) {
    if (mixed.length % placesPerFresh === placesPerFresh - 1) {
      const addition = additions.shift();
      if (addition) mixed.push({ ...addition, score: item.score });
    }
    mixed.push(item);
  }
  return [...mixed, ...additions.map((addition) => ({ ...addition, score: mixed.at(-1)?.score ?? 0 }))];
}
