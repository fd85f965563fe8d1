/** What an evaluation says, for somebody who runs a shop. */
import { blendName, type EvaluationReport, type ModelEvaluation } from '../recommender/evaluation-report.js';
import type { Interval } from '../recommender/statistics.js';

const fewUsers = 100;
const significant = 0.05;

/** Sentences in the order of what matters. */
export function inPlainWords(report: EvaluationReport): string[] {
  const blend = report.models.find(({ model }) => model === blendName)!;
  return [
    howItWasTested(report),
    ...(report.users < fewUsers ? [`With only ${report.users} customers to test with, take every figure as a rough hint.`] : []),
    howMuchIsFound(report, blend),
    ...(report.models.some(({ model }) => model === 'popularity') ? [besidePopularity(report)] : []),
    ...whoFaresHow(blend),
    `All lists together show ${percent(blend.coverage.mean)} of the catalogue (${range(blend.coverage)}).`,
    howPopular(blend),
  ];
}

function howItWasTested({ split, observations, users, likes, newUsers, newItems }: EvaluationReport): string {
  const parts = {
    TEMPORAL: 'what happened before a moment, and tested with what happened after it',
    RANDOM: 'a random part of the data, and tested with the rest',
    GIVEN: 'one file, and tested with another',
  };
  const unknown = [
    ...(newUsers > 0 ? [`${number(newUsers)} of them were new customers`] : []),
    ...(newItems > 0 ? [`${number(newItems)} of the products were new`] : []),
  ];
  const aside = unknown.length > 0 ? ` (${unknown.join('; ')})` : '';
  return `The recommender was trained on ${parts[split]}: ${number(observations)} things that customers did, and then ${number(likes)} products that ${number(users)} customers liked${aside}.`;
}

function howMuchIsFound(_: EvaluationReport, { recall }: ModelEvaluation): string {
  return `Its ten recommendations held ${percent(recall.mean)} of what each customer went on to like (of ten products at most; ${range(recall)}).`;
}

function besidePopularity({ models, comparisons }: EvaluationReport): string {
  const popular = models.find(({ model }) => model === 'popularity')!;
  const { adjustedP, difference } = comparisons.find(({ model }) => model === 'popularity')!;
  const verdict =
    adjustedP >= significant
      ? 'the difference may be chance'
      : difference.mean > 0
        ? 'the recommender is better, and that is not chance'
        : 'the most popular products did better, and that is not chance';
  return `Showing everybody the most popular products would have held ${percent(popular.recall.mean)}: ${verdict} (p ${pValue(adjustedP)}).`;
}

const segmentTexts = {
  NEW_USERS: 'customers nobody knew anything of',
  LIGHT_USERS: 'customers with little history',
  HEAVY_USERS: 'customers with much history',
  HEAD_ITEMS: 'the most popular products',
  TAIL_ITEMS: 'all other products',
  NEW_ITEMS: 'products that were new',
} as const;

export function segmentText(segment: keyof typeof segmentTexts): string {
  return segmentTexts[segment];
}

function whoFaresHow({ segments }: ModelEvaluation): string[] {
  if (segments.length === 0) return [];
  const parts = segments.map(({ segment, recall }) => `${percent(recall.mean)} for ${segmentText(segment)}`);
  return [`It differs by who and what: ${parts.join(', ')}.`];
}

function howPopular({ popularityLift, tailShare }: ModelEvaluation): string {
  const lift = popularityLift.mean.toFixed(1);
  const tail = `${percent(tailShare.mean)} of the places went to products other than the most popular ones`;
  return `Recommended products were ${lift} times as popular as what the same customers had liked before; ${tail}.`;
}

export function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

function range({ low, high }: Interval): string {
  return `between ${percent(low)} and ${percent(high)} with 95 % confidence`;
}

export function pValue(p: number): string {
  return p < 0.001 ? '< 0.001' : `= ${p.toFixed(3)}`;
}

function number(value: number): string {
  return value.toLocaleString('en');
}
