/**
 * Tells two kinds of texts apart by their words: logistic regression on hashed features. Sources: K. Weinberger et al.,
 * "Feature hashing for large scale multitask learning", 2009; J. Duchi et al., "Adaptive subgradient methods for online learning
 * and stochastic optimization" (AdaGrad), 2011.
 */

const bits = 14;
export const featureCount = 1 << bits;
const maxFeatures = 400;
const maxLength = 5000;
const charactersInRun = 3;
const passes = 12;
const rate = 0.5;
const penalty = 1e-4;
const folds = 5;

/** Which hashed features a text has, each once, ascending. They say no more of the text than that. */
export function featuresOf(text: string): number[] {
  const folded = text.slice(0, maxLength).toLowerCase().normalize('NFKC').replace(/\d/gu, '0');
  const words = folded.match(/[\p{L}\p{N}]+|[$€£¥!]+|:\/\//gu) ?? [];
  const found = new Set<number>();
  words.forEach((word, at) => {
    found.add(hashOf(`w ${word}`));
    if (at > 0) found.add(hashOf(`p ${words[at - 1]!} ${word}`));
    // Runs of characters stand for words where nothing divides them, and for words that are spelt to deceive.
    for (let from = 0; from + charactersInRun <= word.length; from++) found.add(hashOf(`c ${word.slice(from, from + charactersInRun)}`));
  });
  return [...found].slice(0, maxFeatures).sort((a, b) => a - b);
}

/** FNV-1a, folded. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return ((hash >>> bits) ^ hash) & (featureCount - 1);
}

export interface LabelledText {
  features: readonly number[];
  /** Whether it is of the kind that is looked for. */
  positive: boolean;
}

export interface TextClassifier {
  /** By feature. */
  weights: Float32Array;
}

/** @returns how probable it is that a text with these features is of the kind that is looked for, 0 to 1 */
export function probabilityOf({ weights }: TextClassifier, features: readonly number[]): number {
  let sum = 0;
  // Long texts say the same more often, not more surely.
  const scale = 1 / Math.sqrt(Math.max(1, features.length));
  for (const feature of features) sum += scale * weights[feature]!;
  return 1 / (1 + Math.exp(-sum));
}

/** The same texts in the same order give the same classifier. Both kinds count alike, however many there are of either. */
export function trainClassifier(texts: readonly LabelledText[]): TextClassifier {
  const classifier: TextClassifier = { weights: new Float32Array(featureCount) };
  const squares = new Float32Array(featureCount + 1).fill(1e-6);
  const positives = texts.filter(({ positive }) => positive).length;
  const share = (positive: boolean): number => texts.length / (2 * Math.max(1, positive ? positives : texts.length - positives));
  const order = shuffled(texts.length);
  for (let pass = 0; pass < passes; pass++) {
    for (const at of order) {
      const { features, positive } = texts[at]!;
      step(classifier, squares, features, share(positive) * (probabilityOf(classifier, features) - Number(positive)));
    }
  }
  return classifier;
}

function step({ weights }: TextClassifier, squares: Float32Array, features: readonly number[], slope: number): void {
  const scale = 1 / Math.sqrt(Math.max(1, features.length));
  for (const feature of features) {
    const gradient = scale * slope + penalty * weights[feature]!;
    squares[feature]! += gradient * gradient;
    weights[feature]! -= (rate * gradient) / Math.sqrt(squares[feature]!);
  }
}

/** An order that mixes both kinds and is the same every time. */
function shuffled(count: number): number[] {
  let state = 1;
  const order = Array.from({ length: count }, (_, at) => at);
  for (let at = count - 1; at > 0; at--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = state % (at + 1);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}

/** How well a classifier does on texts that it has not learnt from. */
export interface ClassifierQuality {
  /** The share of what it names that is right, and of what there is that it names, at a probability. */
  precision: number;
  recall: number;
}

/** By cross-validation: each fifth is judged by what the other four taught. @param from which probability on a text is named */
export function crossValidate(texts: readonly LabelledText[], from: number): ClassifierQuality {
  const fold = new Map(shuffled(texts.length).map((at, place) => [at, place % folds]));
  let [named, right] = [0, 0];
  for (let held = 0; held < folds; held++) {
    const classifier = trainClassifier(texts.filter((_, at) => fold.get(at) !== held));
    texts.forEach(({ features, positive }, at) => {
      if (fold.get(at) !== held || probabilityOf(classifier, features) < from) return;
      named++;
      right += Number(positive);
    });
  }
  const positives = texts.filter(({ positive }) => positive).length;
  return { precision: right / Math.max(1, named), recall: right / Math.max(1, positives) };
}
