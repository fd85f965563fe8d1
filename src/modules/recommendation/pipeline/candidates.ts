/** Second step: products that may be recommended, ranked. The models of this process and a Gorse stand behind one interface. */
import type { Types } from 'mongoose';
import type { VariantName } from '../experiment/experiment.service.js';
import type { LoadedModel } from './loaded-model.js';
import type { Candidate, RecommendationRequest } from './recommendation.js';
import { modelledViewer, type ViewerContext } from './viewer-context.js';

export interface CandidateQuery {
  request: RecommendationRequest;
  viewer: ViewerContext;
  model: LoadedModel;
  variant: VariantName;
}

export interface CandidateSource {
  /** The version that the candidates come from. */
  versionOf(model: LoadedModel): string;
  /** The best first; null where this source has no answer for the viewer. */
  candidatesFor(query: CandidateQuery): Promise<Candidate[] | null>;
  /** Products that go with one product, the most alike first; null where this source has no answer. */
  similarTo(product: Types.ObjectId, count: number, model: LoadedModel | null): Promise<Types.ObjectId[] | null>;
}

/** How much relevance counts against variety in the diverse variant; measured in docs/recommender.md. */
export const diverseLambda = 0.6;

/** The models that were trained here. */
export const localCandidates: CandidateSource = {
  versionOf: (model) => model.version,

  async candidatesFor({ request, viewer, model, variant }) {
    const { ranker } = model;
    const { profile } = modelledViewer(model, viewer, request.seeds);
    const excluded = model.numbersOf([...request.seeds, ...request.exclude, ...viewer.excluded]);
    const best = ranker.recommend(profile, request.count, excluded);
    const list = variant === 'diverse' ? ranker.diversified(best, diverseLambda, request.count) : best;
    return list.map(({ item, score }) => ({ product: model.productAt(item), score }));
  },

  async similarTo(product, count, model) {
    const number = model?.numberOf(product);
    if (!model || number === undefined) return null;
    const similar = model.ranker.similarTo(number, count);
    return similar.length > 0 ? similar.map(({ item }) => model.productAt(item)) : null;
  },
};

/** The first source that has an answer. */
export async function firstAnswer<Answer>(
  sources: readonly CandidateSource[],
  ask: (source: CandidateSource) => Promise<Answer | null>,
): Promise<{ source: CandidateSource; answer: Answer } | null> {
  for (const source of sources) {
    const answer = await ask(source);
    if (answer !== null) return { source, answer };
  }
  return null;
}
