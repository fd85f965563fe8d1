import { useQuery } from '@apollo/client/react';
import { graphql } from '../../gql';
import type { TopicsQuery } from '../../gql/graphql';
import { useI18n } from '../../i18n';

const Query = graphql(`
  query Topics($id: ID!) {
    product(id: $id) {
      id
      reviewTopics {
        topic
        sentiment
        mentions
        quotes {
          text
          review {
            id
          }
        }
      }
    }
  }
`);

type Topic = NonNullable<TopicsQuery['product']>['reviewTopics'][number];

/** A topic is said to be good or bad from here on, either way. */
const clear = 0.15;
const shownQuotes = 2;

interface Props {
  productId: string;
  chosen: string | undefined;
  onChoose: (topic: string | undefined) => void;
}

/** What the reviews speak of and how good it is said to be. The one that is chosen speaks for itself, in sentences of reviews. */
export function Topics({ productId, chosen, onChoose }: Props) {
  const { t, number } = useI18n();
  const { data } = useQuery(Query, { variables: { id: productId } });
  const topics = data?.product?.reviewTopics ?? [];
  if (topics.length === 0) return null;
  const quotes = topics.find(({ topic }) => topic === chosen)?.quotes.slice(0, shownQuotes) ?? [];
  return (
    <section className="stack" aria-labelledby="topics-title">
      <h3 id="topics-title">{t('topicsTitle')}</h3>
      <ul className="topics">
        {topics.map(({ topic, sentiment, mentions }) => (
          <li key={topic}>
            <button className="button" aria-pressed={topic === chosen} onClick={() => onChoose(topic === chosen ? undefined : topic)}>
              <span className={`mark ${regardOf(sentiment)}`} aria-hidden="true" />
              {topic} · {number(mentions)}
              <span className="visually-hidden">, {t(regardOf(sentiment))}</span>
            </button>
          </li>
        ))}
      </ul>
      {quotes.map(({ text, review }) => (
        <blockquote key={`${review.id} ${text}`} className="quote words">
          {text}
        </blockquote>
      ))}
    </section>
  );
}

function regardOf(sentiment: Topic['sentiment']): 'topicPraised' | 'topicMixed' | 'topicBlamed' {
  if (sentiment >= clear) return 'topicPraised';
  return sentiment <= -clear ? 'topicBlamed' : 'topicMixed';
}
