import { useEffect, useRef, useState } from 'react';
import { Stars } from '../../components/parts';
import { graphql } from '../../gql';
import type { RatingFragment } from '../../gql/graphql';
import { useI18n } from '../../i18n';

graphql(`
  fragment Rating on ProductRating {
    id
    reviewCount
    mean
    weightedMean
    distribution {
      stars
      count
    }
    aspects {
      quality
      price
      service
    }
  }
`);

/** The score, how it is spread, and what it is made of. It moves while the page is open. */
export function Rating({ rating }: { rating: RatingFragment }) {
  const { t, number } = useI18n();
  const { weightedMean, reviewCount, distribution, aspects } = rating;
  const moved = useMoved(`${weightedMean} ${reviewCount}`);
  if (weightedMean === null) return <p className="soft">{t('noRating')}</p>;
  const most = Math.max(1, ...distribution.map(({ count }) => count));
  return (
    <div className="panel rating">
      <div className="stack tight">
        <span className={moved ? 'score moved' : 'score'} key={moved} aria-live="polite">
          {number(weightedMean, 1)}
        </span>
        <Stars value={weightedMean} size={20} />
        <span className="soft small">{t('reviewCount', { n: reviewCount })}</span>
      </div>
      <div>
        {[...distribution]
          .sort((a, b) => b.stars - a.stars)
          .map(({ stars, count }) => (
            <Meter key={stars} label={t('starCount', { n: stars })} share={count / most} value={number(count)} />
          ))}
      </div>
      <div>
        {(
          [
            ['quality', aspects.quality],
            ['value', aspects.price],
            ['service', aspects.service],
          ] as const
        ).map(([name, mean]) => mean !== null && <Meter key={name} label={t(name)} share={mean / 5} value={number(mean, 1)} />)}
      </div>
    </div>
  );
}

function Meter({ label, share, value }: { label: string; share: number; value: string }) {
  return (
    <div className="meter">
      <span>{label}</span>
      <span className="bar" aria-hidden="true">
        <span style={{ width: `${Math.round(share * 100)}%` }} />
      </span>
      <span>{value}</span>
    </div>
  );
}

/** How often the value changed since it was first shown. */
function useMoved(value: string): number {
  const last = useRef(value);
  const [moves, setMoves] = useState(0);
  useEffect(() => {
    if (last.current !== value) setMoves((count) => count + 1);
    last.current = value;
  }, [value]);
  return moves;
}
