/** The report of an evaluation: a page with plain words, figures and plots that needs nothing but itself. */
import escape from 'escape-html';
import type { RatingErrors } from '../recommender/evaluation.js';
import { blendName, type EvaluationReport, type ModelEvaluation } from '../recommender/evaluation-report.js';
import type { Interval } from '../recommender/statistics.js';
import { inPlainWords, pValue, segmentText } from './plain-words.js';

export interface Report {
  title: string;
  facts: string[];
  evaluation: EvaluationReport;
  ratings: RatingErrors[];
  weights: { model: string; base: number; bySize: number }[];
}

const barHeight = 26;
const labelWidth = 300;
const plotWidth = 480;

export function renderReport({ title, facts, evaluation, ratings, weights }: Report): string {
  const { models } = evaluation;
  const blend = models.find(({ model }) => model === blendName)!;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escape(title)}</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 960px; margin: 2rem auto; padding: 0 1rem; color: #1c1c1c; }
  table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
  th, td { padding: .3rem .8rem; text-align: right; border-bottom: 1px solid #ddd; }
  td { white-space: nowrap; } th:first-child, td:first-child { text-align: left; } svg { display: block; max-width: 100%; margin: .5rem 0 1.5rem; }
</style>
<h1>${escape(title)}</h1>
${inPlainWords(evaluation)
  .map((sentence) => `<p>${escape(sentence)}</p>`)
  .join('\n')}
${bars(
  'What is found of what customers like: Recall@10',
  models.map(({ model, recall }) => ({ name: model, figure: recall })),
)}
${bars(
  'By customers and products: Recall@10 of the blend',
  blend.segments.map(({ segment, users, recall }) => ({ name: `${segmentText(segment)} (${users})`, figure: recall })),
)}
<h2>Accuracy</h2>
${table(
  ['model', 'NDCG@10', 'Recall@10', 'the blend is better by (NDCG)', 'p, corrected'],
  models.map(({ model, ndcg, recall }) => [model, withInterval(ndcg), withInterval(recall), ...comparison(evaluation, model)]),
)}
<p>In brackets, 95 % intervals of 1,000 bootstrap resamples of the customers. p: paired randomisation test over customers, corrected by Holm's method for all comparisons; below 0.05 the difference is not chance.</p>
${bars(
  'NDCG@10',
  models.map(({ model, ndcg }) => ({ name: model, figure: ndcg })),
)}
<h2>Which products are shown</h2>
${table(
  ['model', 'coverage', 'Gini', 'novelty', 'diversity', 'popularity, times', 'outside the head'],
  models.map(({ model, coverage, gini, novelty, diversity, popularityLift, tailShare }) => [
    model,
    ...[coverage, gini, novelty, diversity, popularityLift, tailShare].map(shortInterval),
  ]),
)}
<p>Coverage: share of products that are in any list. Gini: 0 where all products are shown alike, 1 where few are shown always. Novelty: bits of surprise. Diversity: 1 where the products of a list please different people. Popularity: how many times as popular as what the same customers liked before. Outside the head: share of places for products other than the most popular ones, which have half of all likes.</p>
${bars(
  'Popularity bias: times as popular as what was liked before',
  models.map(({ model, popularityLift }) => ({ name: model, figure: popularityLift })),
)}
${segmentTable(models)}
${ratingTable(ratings)}
${weightTable(weights)}
<h2>Details</h2>
<ul>${facts.map((fact) => `<li>${escape(fact)}</li>`).join('')}</ul>
</html>
`;
}

function ratingTable(ratings: Report['ratings']): string {
  if (ratings.length === 0) return '';
  const rows = ratings.map(({ model, rmse, mae }) => [model, withInterval(rmse), withInterval(mae)]);
  return `<h2>Ratings</h2>${table(['model', 'RMSE', 'MAE'], rows)}`;
}

function weightTable(weights: Report['weights']): string {
  if (weights.length === 0) return '';
  const rows = weights.map(({ model, base, bySize }) => [model, base.toFixed(3), bySize.toFixed(3)]);
  return `<h2>Weights of the blend</h2>${table(['model', 'weight', 'more for larger profiles'], rows)}
<p>Learnt on folds of the training data alone. The weight applies to a profile of mean size; scores are standardised per user.</p>`;
}

/** How a model stands beside the blend; nothing for the blend itself. */
export function comparison({ comparisons }: EvaluationReport, model: string): [string, string] {
  const found = comparisons.find((candidate) => candidate.model === model);
  return found ? [withInterval(found.difference), pValue(found.adjustedP)] : ['', ''];
}

function segmentTable(models: readonly ModelEvaluation[]): string {
  const segments = models[0]!.segments.map(({ segment }) => segment);
  return `<h2>By customers and products</h2>
<p>NDCG@10 by model. New customers and products have nothing in the training data; customers with little history have at most the median number of observations.</p>
${table(
  ['model', ...segments.map(segmentText)],
  models.map(({ model, segments: figures }) => [model, ...figures.map(({ ndcg }) => shortInterval(ndcg))]),
)}`;
}

function table(head: string[], rows: string[][]): string {
  const cells = (tag: string, row: string[]): string => `<tr>${row.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${cells('th', head)}${rows.map((row) => cells('td', row)).join('')}</table>`;
}

export function withInterval({ mean, low, high }: Interval): string {
  return `${mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`;
}

export function shortInterval({ mean, low, high }: Interval): string {
  return `${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

/** Horizontal bars with their intervals. */
function bars(title: string, rows: readonly { name: string; figure: Interval }[]): string {
  const most = Math.max(...rows.map(({ figure }) => figure.high), 1e-9);
  const x = (value: number): number => labelWidth + (value / most) * plotWidth;
  const drawn = rows.map(({ name, figure: { mean, low, high } }, at) => {
    const y = 30 + at * barHeight;
    const colour = name === blendName ? '#2b6cb0' : '#90b4d8';
    return `<text x="${labelWidth - 8}" y="${y + 14}" text-anchor="end">${escape(name)}</text>
<rect x="${labelWidth}" y="${y}" width="${Math.max(0, x(mean) - labelWidth).toFixed(1)}" height="${barHeight - 8}" fill="${colour}"/>
<path d="M${x(low).toFixed(1)} ${y + 9}H${x(high).toFixed(1)}M${x(low).toFixed(1)} ${y + 4}v10M${x(high).toFixed(1)} ${y + 4}v10" stroke="#1c1c1c"/>
<text x="${(x(high) + 8).toFixed(1)}" y="${y + 14}">${mean.toFixed(3)}</text>`;
  });
  const [width, height] = [labelWidth + plotWidth + 80, 40 + rows.length * barHeight];
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-size="13" font-family="system-ui, sans-serif" role="img" aria-label="${escape(title)}">
<text x="0" y="18" font-weight="bold">${escape(title)}</text>
${drawn.join('\n')}
</svg>`;
}
