import { useQuery } from '@apollo/client/react';
import { Stars } from '../../components/parts';
import { graphql } from '../../gql';
import type { FitQuery } from '../../gql/graphql';
import { useI18n } from '../../i18n';

const Query = graphql(`
  query Fit($id: ID!) {
    product(id: $id) {
      id
      fitForViewer {
        likeMindedCount
        rating
        liked {
          topic
          quotes {
            text
          }
        }
        disliked {
          topic
          quotes {
            text
          }
        }
      }
    }
  }
`);

type Reasons = NonNullable<NonNullable<FitQuery['product']>['fitForViewer']>['liked'];

/** What people with the viewer's taste make of the product; nothing where nobody can tell. */
export function Fit({ id }: { id: string }) {
  const { t } = useI18n();
  const { data } = useQuery(Query, { variables: { id } });
  const fit = data?.product?.fitForViewer;
  if (!fit) return null;
  return (
    <section className="stack" aria-label={t('fitTitle')}>
      <h2>{t('fitTitle')}</h2>
      <Stars value={fit.rating} count={fit.likeMindedCount} size={20} />
      <ReasonList title={t('fitLiked')} reasons={fit.liked} />
      <ReasonList title={t('fitDisliked')} reasons={fit.disliked} />
    </section>
  );
}

function ReasonList({ title, reasons }: { title: string; reasons: Reasons }) {
  if (reasons.length === 0) return null;
  return (
    <div>
      <h3>{title}</h3>
      <ul>
        {reasons.map(({ topic, quotes }) => (
          <li key={topic}>
            <bdi>
              <b>{topic}</b> {quotes[0] && <q className="soft">{quotes[0].text}</q>}
            </bdi>
          </li>
        ))}
      </ul>
    </div>
  );
}
