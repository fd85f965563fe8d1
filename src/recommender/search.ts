/** Chooses hyper-parameters by trying them on held-out observations of the training data. */
import { splitFolds, type Dataset } from './dataset.js';
import { evaluate } from './evaluation.js';
import { reviveModel } from './fitted-model.js';
import { candidatesOf, defaultParameters, type HyperParameters } from './parameters.js';
import { tunablePlans } from './training.js';

const validationFolds = 5;

export interface Trial {
  model: string;
  parameters: HyperParameters[keyof HyperParameters];
  /** NDCG@10 on what was held out. */
  ndcg: number;
}

export interface SearchResult {
  best: HyperParameters;
  trials: Trial[];
}

/**
 * Random search, one model at a time: each is fitted on four fifths of the observations with its default and with random
 * parameters, and keeps what ranks the last fifth best.
 * Source: J. Bergstra, Y. Bengio, "Random search for hyper-parameter optimization", 2012.
 * @param trials how many choices to try for each model, its default included
 */
export function searchParameters(
  dataset: Dataset,
  { trials, seed, onProgress = () => {} }: { trials: number; seed: number; onProgress?: (share: number, what: string) => void },
): SearchResult {
  const [holdout] = splitFolds(dataset, validationFolds, seed);
  const { train, heldOut } = holdout!;
  const best: HyperParameters = { ...defaultParameters };
  const tried: Trial[] = [];
  const plans = tunablePlans(dataset);
  plans.forEach(({ name, tunes, fit }, at) => {
    let highest = -1;
    candidatesOf(tunes, trials, seed).forEach((candidate, number) => {
      onProgress((at + number / trials) / plans.length, name);
      const fitted = fit(train, { ...defaultParameters, [tunes]: candidate });
      const ndcg = evaluate(reviveModel(fitted, train.liked), train, heldOut, seed).ndcg.mean;
      tried.push({ model: name, parameters: candidate, ndcg });
      if (ndcg <= highest) return;
      highest = ndcg;
      Object.assign(best, { [tunes]: candidate });
    });
  });
  return { best, trials: tried };
}
