/** The report of an evaluation: a page with figures and plots that needs nothing but itself. */
import type { Evaluation, Interval, RatingErrors } from '../recommender/evaluation.js';

export interface Report {
  title: string;
  facts: string[];
  evaluations: Evaluation[];
  ratings: RatingErrors[];
  weights: { model: string; base: number; bySize: number }[];
}

const barHeight = 26;
const labelWidth = 150;
const plotWidth = 520;

export function renderReport({ title, facts, evaluations, ratings, weights }: Report): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escape(title)}</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 900px; margin: 2rem auto; padding: 0 1rem; color: #1c1c1c; }
  table { border-collapse: collapse; margin: 1rem 0; } th, td { padding: .3rem .8rem; text-align: right; border-bottom: 1px solid #ddd; }
  th:first-child, td:first-child { text-align: left; } svg { display: block; margin: .5rem 0 1.5rem; }
</style>
<h1>${escape(title)}</h1>
<ul>${facts.map((fact) => `<li>${escape(fact)}</li>`).join('')}</ul>
${table(
  ['model', 'NDCG@10', 'Recall@10', 'coverage', 'novelty', 'diversity'],
  evaluations.map(({ model, ndcg, recall, coverage, novelty, diversity }) => [
    model,
    withInterval(ndcg),
    withInterval(recall),
    coverage.toFixed(3),
    novelty.mean.toFixed(2),
    diversity.mean.toFixed(3),
  ]),
)}
<p>In brackets, the 95 % interval of 1,000 bootstrap resamples of the users.</p>
${bars('NDCG@10', evaluations, ({ ndcg }) => ndcg)}
${bars('Recall@10', evaluations, ({ recall }) => recall)}
<h2>Ratings</h2>
${table(
  ['model', 'RMSE', 'MAE'],
  ratings.map(({ model, rmse, mae }) => [model, withInterval(rmse), withInterval(mae)]),
)}
<h2>Weights of the blend</h2>
${table(
  ['model', 'weight', 'more for larger profiles'],
  weights.map(({ model, base, bySize }) => [model, base.toFixed(3), bySize.toFixed(3)]),
)}
<p>Learnt on folds of the training data alone; each model’s scores are standardised per user first.</p>
</html>
`;
}

function table(head: string[], rows: string[][]): string {
  const cells = (tag: string, row: string[]): string => `<tr>${row.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${cells('th', head)}${rows.map((row) => cells('td', row)).join('')}</table>`;
}

export function withInterval({ mean, low, high }: Interval): string {
  return `${mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`;
}

/** Horizontal bars with their intervals. */
function bars(name: string, evaluations: Evaluation[], figure: (evaluation: Evaluation) => Interval): string {
  const most = Math.max(...evaluations.map((evaluation) => figure(evaluation).high), 1e-9);
  const x = (value: number): number => labelWidth + (value / most) * plotWidth;
  const rows = evaluations.map((evaluation, at) => {
    const { mean, low, high } = figure(evaluation);
    const y = 30 + at * barHeight;
    const colour = evaluation.model === 'blend' ? '#2b6cb0' : '#90b4d8';
    return `<text x="${labelWidth - 8}" y="${y + 14}" text-anchor="end">${escape(evaluation.model)}</text>
<rect x="${labelWidth}" y="${y}" width="${(x(mean) - labelWidth).toFixed(1)}" height="${barHeight - 8}" fill="${colour}"/>
<path d="M${x(low).toFixed(1)} ${y + 9}H${x(high).toFixed(1)}M${x(low).toFixed(1)} ${y + 4}v10M${x(high).toFixed(1)} ${y + 4}v10" stroke="#1c1c1c"/>
<text x="${(x(high) + 8).toFixed(1)}" y="${y + 14}">${mean.toFixed(4)}</text>`;
  });
  const height = 40 + evaluations.length * barHeight;
  return `<svg width="${labelWidth + plotWidth + 80}" height="${height}" font-size="13" font-family="system-ui, sans-serif" role="img" aria-label="${name} by model">
<text x="${labelWidth}" y="18" font-weight="bold">${name}</text>
${rows.join('\n')}
</svg>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
