import { useState } from 'react';
import { useMutation, useQuery } from '@apollo/client/react';
import { graphql } from '../gql';
import type { RecommenderQuery, TrainingAction } from '../gql/graphql';
import { useText } from '../i18n';
import { decimal, Problems, Time, useSending } from '../parts';
import { Evaluation } from './Evaluation';

const recommenderQuery = graphql(`
  query Recommender {
    recommenderStatus {
      modelVersion
      trainedAt
      training
      progress
      userCount
      productCount
      observationCount
      models {
        name
        weight
      }
    }
    recommenderReport(days: 28) {
      evaluation {
        evaluatedAt
        userCount
        newUserCount
        newProductCount
        models {
          model
          ndcg {
            ...Figure
          }
          recall {
            ...Figure
          }
          coverage {
            ...Figure
          }
          tailShare {
            ...Figure
          }
          diversity {
            ...Figure
          }
          novelty {
            ...Figure
          }
          popularityLift {
            ...Figure
          }
          segments {
            segment
            recall {
              ...Figure
            }
          }
        }
        comparisons {
          model
          adjustedP
          difference {
            ...Figure
          }
        }
      }
      comparisons {
        treatment
        clickRateDifference
        alwaysValidP
      }
      variants {
        variant
        impressionCount
        clickCount
        purchaseCount
        dismissalCount
        clickRate {
          mean
          low
          high
        }
        conversionRate {
          mean
          low
          high
        }
      }
      byModelVersion {
        variant
        modelVersion
        impressionCount
        clickCount
        clickRate {
          mean
          low
          high
        }
      }
    }
    viewer {
      id
      recommendedProducts(first: 10) {
        edges {
          score
          reasons {
            kind
            text
          }
          node {
            id
            title
            slug
          }
        }
      }
    }
  }
`);

graphql(`
  fragment Figure on FigureInterval {
    mean
    low
    high
  }
`);

const trainMutation = graphql(`
  mutation Train($input: TrainRecommenderInput!) {
    trainRecommender(input: $input) {
      recommenderStatus {
        training
        progress
      }
      userErrors {
        message
      }
    }
  }
`);

const pollWhileTraining = 1_000;
const pollOtherwise = 15_000;

export function Recommender() {
  const t = useText();
  const [interval, setPollInterval] = useState(pollWhileTraining);
  const { data, error, refetch } = useQuery(recommenderQuery, { pollInterval: interval });
  const [evaluate] = useMutation(trainMutation, { variables: { input: { action: 'EVALUATE' } } });
  const wanted = data && !data.recommenderStatus.training ? pollOtherwise : pollWhileTraining;
  if (wanted !== interval) setPollInterval(wanted);
  if (error) return <p role="alert">{error.message}</p>;
  if (!data) return <p className="loading">{t('Loading…')}</p>;
  return (
    <>
      <h1>{t('Recommender')}</h1>
      <Status status={data.recommenderStatus} onStart={() => void refetch()} />
      <Evaluation
        evaluation={data.recommenderReport.evaluation}
        busy={data.recommenderStatus.training}
        onStart={() => void evaluate().then(() => refetch())}
      />
      <Experiment report={data.recommenderReport} />
      <section>
        <h2>{t('What you would see')}</h2>
        <ol>
          {data.viewer.recommendedProducts.edges.map(({ node, score, reasons }) => (
            <li key={node.id}>
              <a href={`/products/${encodeURIComponent(node.slug)}`}>{node.title}</a> <span className="muted">{decimal(score, 3)}</span>
              <br />
              <small>{reasons.map(({ text }) => text).join(' · ')}</small>
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}

function Status({ status, onStart }: { status: RecommenderQuery['recommenderStatus']; onStart: () => void }) {
  const t = useText();
  const [train] = useMutation(trainMutation);
  const { problems, send } = useSending();
  const run = (action: TrainingAction): Promise<void> =>
    send(async () => {
      const { data } = await train({ variables: { input: { action } } });
      onStart();
      return data?.trainRecommender?.userErrors;
    });
  const largest = Math.max(...status.models.map(({ weight }) => weight), 0.001);
  return (
    <section>
      <h2>{t('Model')}</h2>
      <dl>
        <dt>{t('Version')}</dt>
        <dd>{status.modelVersion ?? '–'}</dd>
        <dt>{t('Trained')}</dt>
        <dd>{status.trainedAt ? <Time at={status.trainedAt} /> : '–'}</dd>
        <dt>{t('Data')}</dt>
        <dd>
          {status.observationCount ?? 0} {t('observations')}, {status.userCount ?? 0} {t('users')}, {status.productCount ?? 0}{' '}
          {t('products')}
        </dd>
      </dl>
      <div className="row" aria-live="polite">
        {status.training ? (
          <>
            <progress value={status.progress} aria-label={t('Training')} />
            <span>{Math.round(status.progress * 100)} %</span>
            <button type="button" onClick={() => void run('CANCEL')}>
              {t('Cancel')}
            </button>
          </>
        ) : (
          <button type="button" className="primary" onClick={() => void run('START')}>
            {t('Train now')}
          </button>
        )}
      </div>
      <Problems problems={problems} />
      <h3>{t('Weights of the blend')}</h3>
      <ul className="bars">
        {status.models.map(({ name, weight }) => (
          <li key={name}>
            <span>{name}</span>
            <meter min={0} max={largest} value={Math.max(0, weight)}>
              {weight}
            </meter>
            <span>{decimal(weight, 3)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface Interval {
  mean: number;
  low: number;
  high: number;
}

const percent = (value: number): string => `${decimal(value * 100, 2)} %`;
const withInterval = (interval: Interval | null): string =>
  interval ? `${percent(interval.mean)} (${percent(interval.low)} – ${percent(interval.high)})` : '–';

function Experiment({ report }: { report: RecommenderQuery['recommenderReport'] }) {
  const t = useText();
  return (
    <section>
      <h2>{t('Experiment, last 28 days')}</h2>
      {report.variants.length === 0 && <p className="empty">{t('No recommendations were shown yet.')}</p>}
      <table hidden={report.variants.length === 0}>
        <thead>
          <tr>
            <th>{t('Variant')}</th>
            <th>{t('Impressions')}</th>
            <th>{t('Click rate')}</th>
            <th>{t('Conversion rate')}</th>
            <th>{t('Dismissed')}</th>
          </tr>
        </thead>
        <tbody>
          {report.variants.map((variant) => (
            <tr key={variant.variant}>
              <td>{variant.variant}</td>
              <td>{variant.impressionCount}</td>
              <td>{withInterval(variant.clickRate)}</td>
              <td>{withInterval(variant.conversionRate)}</td>
              <td>{variant.dismissalCount}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {report.comparisons.map(({ treatment, clickRateDifference, alwaysValidP }) => (
        <p key={treatment}>
          {treatment}: {t('click rate')} {clickRateDifference >= 0 ? '+' : ''}
          {percent(clickRateDifference)}, p = {decimal(alwaysValidP, 3)} ({t('valid at any time')})
        </p>
      ))}
      {report.byModelVersion.length > 0 && <h3>{t('By version')}</h3>}
      <table hidden={report.byModelVersion.length === 0}>
        <thead>
          <tr>
            <th>{t('Version')}</th>
            <th>{t('Impressions')}</th>
            <th>{t('Click rate')}</th>
          </tr>
        </thead>
        <tbody>
          {report.byModelVersion.map(({ variant, modelVersion, impressionCount, clickRate }) => (
            <tr key={`${variant}${modelVersion}`}>
              <td>{modelVersion ?? variant}</td>
              <td>{impressionCount}</td>
              <td>{withInterval(clickRate)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
