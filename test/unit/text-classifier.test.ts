/** A classifier of texts: it learns from examples, says how good it is, and keeps no text. */
import { expect, test } from 'vitest';
import {
  crossValidate,
  featureCount,
  featuresOf,
  probabilityOf,
  trainClassifier,
  type LabelledText,
} from '../../src/fraud/text-classifier.js';
import { randomNumbers } from '../../src/recommender/random-numbers.js';

const random = randomNumbers(3);
const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!;
const spamWords =
  'earn money fast from home click here free bonus coins casino invest now limited offer whatsapp 加微信 赚钱 gratis geld verdienen'.split(
    ' ',
  );
const shopWords =
  'the handle feels warm and lid closes well my sister cooks soup every sunday delivery took days colour is lighter than shown 质量 很好'.split(
    ' ',
  );
const commonWords = 'i you we it this that very so much with for now good great'.split(' ');

function textOf(own: readonly string[]): string {
  return Array.from({ length: 12 }, () => (random() < 0.5 ? pick(own) : pick(commonWords))).join(' ');
}

function examples(count: number): LabelledText[] {
  return Array.from({ length: count }, (_, at) => ({
    features: featuresOf(textOf(at % 3 === 0 ? spamWords : shopWords)),
    positive: at % 3 === 0,
  }));
}

test('tells texts that it has not seen apart, also where one kind is rarer', () => {
  const classifier = trainClassifier(examples(150));
  const right = examples(300).filter(({ features, positive }) => probabilityOf(classifier, features) > 0.5 === positive);
  expect(right.length).toBeGreaterThan(285);
  const { precision, recall } = crossValidate(examples(150), 0.9);
  expect(precision).toBeGreaterThan(0.95);
  expect(recall).toBeGreaterThan(0.5);
});

test('knows that it has learnt nothing where there is nothing to learn', () => {
  const noise = Array.from({ length: 200 }, (_, at): LabelledText => ({ features: featuresOf(textOf(shopWords)), positive: at % 2 === 0 }));
  expect(crossValidate(noise, 0.9).precision).toBeLessThan(0.8);
});

test('learns the same from the same texts', () => {
  const texts = examples(60);
  expect(trainClassifier(texts)).toEqual(trainClassifier(structuredClone(texts)));
});

test('makes of a text a bounded set of numbers, whatever its length', () => {
  const features = featuresOf('x '.repeat(100_000) + textOf(spamWords));
  expect(features.length).toBeLessThanOrEqual(400);
  expect(features.every((feature) => Number.isInteger(feature) && feature >= 0 && feature < featureCount)).toBe(true);
  expect(featuresOf('')).toEqual([]);
});
