/** How well the recommender finds what customers went on to like, in words and charts. */
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { RecommenderQuery } from '../gql/graphql';
import { useText } from '../i18n';
import { decimal, Time } from '../parts';

type Report = NonNullable<RecommenderQuery['recommenderReport']['evaluation']>;

interface Interval {
  mean: number;
  low: number;
  high: number;
}

const segmentTexts: Record<Report['models'][number]['segments'][number]['segment'], string> = {
  NEW_USERS: 'New customers',
  LIGHT_USERS: 'Customers with little history',
  HEAVY_USERS: 'Customers with much history',
  HEAD_ITEMS: 'The most popular products',
  TAIL_ITEMS: 'All other products',
  NEW_ITEMS: 'New products',
};
const significant = 0.05;
const fewUsers = 100;
const percent = (value: number): string => `${decimal(value * 100, 1)} %`;
const withInterval = ({ mean, low, high }: Interval): string => `${percent(mean)} (${percent(low)} – ${percent(high)})`;

export function Evaluation({ evaluation, busy, onStart }: { evaluation: Report | null; busy: boolean; onStart: () => void }) {
  const t = useText();
  return (
    <section>
      <h2>{t('How good it is')}</h2>
      {evaluation ? <Findings evaluation={evaluation} /> : <p className="empty">{t('Not evaluated yet.')}</p>}
      <button type="button" disabled={busy} onClick={onStart}>
        {t('Evaluate now')}
      </button>
    </section>
  );
}

function Findings({ evaluation }: { evaluation: Report }) {
  const t = useText();
  const { models, comparisons, userCount, newUserCount, newProductCount, evaluatedAt } = evaluation;
  const blend = models[0]!;
  const popular = models.find(({ model }) => model === 'popularity');
  const versus = comparisons.find(({ model }) => model === 'popularity');
  return (
    <>
      <p className="muted">
        {t('Trained on the earlier part of the shop’s data and tested with the latest fifth.')} <Time at={evaluatedAt} />
      </p>
      {userCount < fewUsers && <p className="problem">{t('Few customers to test with: take the figures as rough hints.')}</p>}
      <dl>
        <dt>{t('Tested customers (new)')}</dt>
        <dd>
          {userCount} ({newUserCount})
        </dd>
        <dt>{t('New products among what they liked')}</dt>
        <dd>{newProductCount}</dd>
        <dt>{t('Of what customers went on to like, ten recommendations held')}</dt>
        <dd>{withInterval(blend.recall)}</dd>
        {popular && versus && (
          <>
            <dt>{t('The most popular products alone would have held')}</dt>
            <dd>
              {withInterval(popular.recall)} – {t(verdictOf(versus))} (p = {decimal(versus.adjustedP, 3)})
            </dd>
          </>
        )}
        <dt>{t('Share of the catalogue that is shown')}</dt>
        <dd>{withInterval(blend.coverage)}</dd>
        <dt>{t('Times as popular as what customers liked before')}</dt>
        <dd>{decimal(blend.popularityLift.mean, 2)}</dd>
        <dt>{t('Places for products other than the most popular ones')}</dt>
        <dd>{withInterval(blend.tailShare)}</dd>
      </dl>
      <div className="charts">
        <Bars title={t('Found by each model (Recall@10)')} bars={models.map(({ model, recall }) => ({ name: model, ...recall }))} />
        <Bars
          title={t('Found by customers and products (Recall@10)')}
          bars={blend.segments.map(({ segment, recall }) => ({ name: t(segmentTexts[segment]), ...recall }))}
        />
      </div>
      <Figures evaluation={evaluation} />
    </>
  );
}

function verdictOf({ adjustedP, difference }: Report['comparisons'][number]): string {
  if (adjustedP >= significant) return 'the difference may be chance';
  return difference.mean > 0 ? 'the recommender is better' : 'the most popular products are better';
}

function Figures({ evaluation: { models, comparisons } }: { evaluation: Report }) {
  const t = useText();
  return (
    <table>
      <thead>
        <tr>
          <th>{t('Model')}</th>
          <th>NDCG@10</th>
          <th>{t('p, beside the blend')}</th>
          <th>{t('Coverage')}</th>
          <th>{t('Diversity')}</th>
          <th>{t('Novelty')}</th>
          <th>{t('Popularity, times')}</th>
        </tr>
      </thead>
      <tbody>
        {models.map(({ model, ndcg, coverage, diversity, novelty, popularityLift }) => (
          <tr key={model}>
            <td>{model}</td>
            <td>{withInterval(ndcg)}</td>
            <td>{comparisons.filter((comparison) => comparison.model === model).map(({ adjustedP }) => decimal(adjustedP, 3))}</td>
            <td>{percent(coverage.mean)}</td>
            <td>{decimal(diversity.mean, 2)}</td>
            <td>{decimal(novelty.mean, 2)}</td>
            <td>{decimal(popularityLift.mean, 2)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Bars with their intervals; the table below says the same to whoever does not see them. */
function Bars({ title, bars }: { title: string; bars: readonly (Interval & { name: string })[] }) {
  const parent = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const style = getComputedStyle(document.documentElement);
    const [text, line, accent] = ['--text', '--line', '--accent'].map((name) => style.getPropertyValue(name).trim());
    const axis = { stroke: text!, grid: { stroke: line!, width: 1 }, ticks: { stroke: line!, width: 1 } };
    const places = bars.map((_, at) => at);
    const plot = new uPlot(
      {
        ...{ width: 160 + 42 * bars.length, height: 400, legend: { show: false }, cursor: { show: false } },
        scales: {
          x: { time: false, range: [-0.7, bars.length - 0.3] },
          y: { range: [0, Math.max(0.01, ...bars.map(({ high }) => high)) * 1.05] },
        },
        series: [{}, { fill: accent!, paths: uPlot.paths.bars!({ size: [0.6] }), points: { show: false } }],
        axes: [
          {
            ...axis,
            grid: { show: false },
            splits: places,
            values: (_, at) => at.map((place) => bars[place]?.name ?? ''),
            rotate: -60,
            size: 220,
          },
          axis,
        ],
        hooks: { draw: [(drawn) => drawIntervals(drawn, bars, text!)] },
      },
      [places, bars.map(({ mean }) => mean)],
      parent.current!,
    );
    return () => plot.destroy();
  }, [bars]);
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <div ref={parent} aria-hidden="true" />
    </figure>
  );
}

function drawIntervals(plot: uPlot, bars: readonly Interval[], color: string): void {
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = 2;
  bars.forEach(({ low, high }, at) => {
    const x = plot.valToPos(at, 'x', true);
    ctx.beginPath();
    ctx.moveTo(x, plot.valToPos(low, 'y', true));
    ctx.lineTo(x, plot.valToPos(high, 'y', true));
    ctx.stroke();
  });
  ctx.restore();
}
