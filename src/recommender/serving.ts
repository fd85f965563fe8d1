/** Recommendations from a trained recommender. */
import { LRUCache } from 'lru-cache';
import { Blend, equalWeights } from './blend.js';
import { CandidateBlend, candidatesFrom } from './candidate-blend.js';
import type { Vocabulary } from './dataset.js';
import { diversify } from './diversity.js';
import { reviveModel } from './fitted-model.js';
import { isItemModel, type Model, type Profile } from './models/model.js';
import { largest, rowOf } from './sparse-matrix.js';
import type { TrainedRecommender } from './trained-recommender.js';

export interface Recommendation {
  item: number;
  score: number;
}

/** Bytes of what is kept of items that go together. */
const keptSimilar = 4 * 1024 * 1024;
/** About what one of them takes, and a list besides. */
const keptSizes = { item: 40, list: 200 };

export class Ranker {
  private readonly blend: Blend;
  /** Compares items alone. */
  private readonly comparison: Blend;
  /** A model never changes what it says. */
  private readonly similar = new LRUCache<string, readonly Recommendation[]>({
    maxSize: keptSimilar,
    sizeCalculation: ({ length }) => keptSizes.list + keptSizes.item * length,
  });
  private readonly popularity: Model;
  private readonly scores: Float32Array;
  /** Null where there are so few items that all of them are scored. */
  private readonly candidates: CandidateBlend | null;

  /** @param maxScored so many items at most are all scored; of more, candidates are */
  constructor(
    private readonly trained: TrainedRecommender,
    maxScored = candidatesFrom,
  ) {
    const models = trained.models.map((fitted) => reviveModel(fitted, trained.liked));
    this.blend = new Blend(models, trained.weights, trained.items);
    this.comparison = new Blend(models, equalWeights(models.map((model) => Number(isItemModel(model)))), trained.items);
    this.candidates = trained.items > maxScored ? new CandidateBlend(models, trained.weights, trained.items) : null;
    this.popularity = models.find(({ name }) => name === 'popularity')!;
    this.scores = new Float32Array(trained.items);
  }

  /** The best items for a profile, none of the excluded; by popularity where nothing is known of the user. */
  recommend(profile: Profile, count: number, excluded: Iterable<number>): Recommendation[] {
    const stranger = profile.items.length === 0 && profile.follows.length === 0;
    if (this.candidates && !stranger) {
      const found = this.candidates.recommend(profile, count, new Set(excluded));
      if (found.length === count) return found;
    }
    if (stranger) this.popularity.score(profile, this.scores);
    else this.blend.score(profile, this.scores);
    for (const item of excluded) this.scores[item] = -Infinity;
    return largest(this.scores, count, undefined, -Infinity).map((item) => ({ item, score: this.scores[item]! }));
  }

  /** How telling each term is. */
  get vocabulary(): Vocabulary {
    return this.trained.vocabulary;
  }

  /** The same ranking with less of the same in it; see `diversify`. */
  diversified(ranked: readonly Recommendation[], lambda: number, count: number): Recommendation[] {
    return diversify(ranked, this.trained.likeness, lambda, count);
  }

  /** Says, for any item, which of the profile's items speak most for it: positions in the profile, the strongest first. */
  explain(profile: Profile): (item: number, count: number) => number[] {
    const scales = (this.candidates ?? this.blend).scalesFor(profile);
    return (item, count) => largest(this.blend.contributions(profile, scales, item), count);
  }

  /** Says of any item whether people with a taste like the profile's like it. */
  likedByAlike(profile: Profile): (item: number) => boolean {
    // Most items have other reasons, so the model is asked when the first one needs it.
    let scores: Float32Array | null = null;
    return (item) => {
      if (!scores) {
        scores = new Float32Array(this.trained.items);
        this.blend.models.find(({ name }) => name === 'user-neighbours')?.score(profile, scores);
      }
      return scores[item]! > 0;
    };
  }

  /** Items that the same people bought, the most often first. */
  boughtWith(item: number, count: number): number[] {
    const { indices, values } = rowOf(this.trained.boughtTogether, item);
    return largest(values, count).map((at) => indices[at]!);
  }

  /** Those whom the user follows and who like the item. */
  followedFansOf(profile: Profile, item: number): number[] {
    return Array.from({ length: profile.follows.length }, (_, at) => profile.follows[at]!).filter((user) =>
      rowOf(this.trained.liked, user).indices.includes(item),
    );
  }

  /** Items that go with one item, by the models that compare items. */
  similarTo(item: number, count: number): readonly Recommendation[] {
    const key = `${item}/${count}`;
    let similar = this.similar.get(key);
    if (!similar) this.similar.set(key, (similar = this.findSimilar(item, count)));
    return similar;
  }

  private findSimilar(item: number, count: number): Recommendation[] {
    const profile: Profile = { items: [item], strengths: [1], liked: [true], ratings: [null], follows: [] };
    if (this.candidates) {
      const found = this.candidates.recommend(profile, count, new Set([item]), this.comparison.weights);
      return found.filter(({ score }) => score > 0);
    }
    this.comparison.score(profile, this.scores);
    this.scores[item] = 0;
    return largest(this.scores, count).map((other) => ({ item: other, score: this.scores[other]! }));
  }
}
