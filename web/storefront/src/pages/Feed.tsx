import { useApolloClient, useQuery, useSubscription } from '@apollo/client/react';
import { useState } from 'react';
import { Link } from 'wouter';
import { NeedsViewer } from '../components/NeedsViewer';
import { Avatar, Failed, Loading, More, Picture } from '../components/parts';
import { graphql } from '../gql';
import type { FeedItemFragment, FeedQuery } from '../gql/graphql';
import { useI18n, type Translate } from '../i18n';
import { arrived, insertEdge } from '../lists';

graphql(`
  fragment FeedProduct on Product {
    id
    title
    slug
    images {
      url(width: 256, height: 256)
      altText
    }
  }

  fragment FeedItem on FeedItem {
    id
    kind
    occurredAt
    actor {
      id
      name
      handle
      avatar {
        id
        url(width: 128, height: 128)
      }
    }
    subject {
      ... on Product {
        ...FeedProduct
      }
      ... on Review {
        id
        body
        overall
        product {
          ...FeedProduct
        }
      }
      ... on Question {
        id
        body
        product {
          ...FeedProduct
        }
      }
      ... on Answer {
        id
        body
        question {
          id
          product {
            ...FeedProduct
          }
        }
      }
      ... on Share {
        id
        message
        product {
          ...FeedProduct
        }
      }
    }
  }
`);

const Query = graphql(`
  query Feed($after: String) {
    viewer {
      id
      feed(first: 12, after: $after) {
        liveCursor
        edges {
          cursor
          node {
            ...FeedItem
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

const Added = graphql(`
  subscription FeedItemAdded($after: String) {
    feedItemAdded(after: $after) {
      cursor
      viewer {
        id
      }
      edge {
        cursor
        node {
          ...FeedItem
        }
      }
    }
  }
`);

export function Feed() {
  const { t } = useI18n();
  return (
    <NeedsViewer>
      <div className="narrow stack">
        <title>{`${t('feed')} · Plaza`}</title>
        <h1>{t('feed')}</h1>
        <Page />
      </div>
    </NeedsViewer>
  );
}

function Page() {
  const { data, error, refetch, fetchMore } = useQuery(Query);
  const list = data?.viewer.feed;
  if (error && !list) return <Failed onRetry={() => void refetch()} />;
  if (!list) return <Loading />;
  return (
    <>
      <List list={list} />
      <More pageInfo={list.pageInfo} onMore={(after) => fetchMore({ variables: { after } })} />
    </>
  );
}

function List({ list }: { list: NonNullable<FeedQuery['viewer']['feed']> }) {
  const { t } = useI18n();
  const { cache } = useApolloClient();
  const [after] = useState(list.liveCursor);
  useSubscription(Added, {
    variables: { after },
    onData({ data: { data } }) {
      const event = data?.feedItemAdded;
      if (!event?.edge || !event.viewer) return;
      arrived.add(event.edge.node.id);
      insertEdge(cache, { __typename: 'Viewer', id: event.viewer.id }, 'feed', event.edge);
    },
  });
  if (list.edges.length === 0) return <p className="soft">{t('feedEmpty')}</p>;
  return (
    <ul>
      {list.edges.map(({ node }) => (
        <li key={node.id} className={arrived.has(node.id) ? 'entry fresh' : 'entry'}>
          <Item item={node} />
        </li>
      ))}
    </ul>
  );
}

const texts = { REVIEWED: 'reviewed', ASKED: 'asked', ANSWERED: 'answered', SHARED: 'shared', REFERRED: 'referredTo' } as const;

function productOf(subject: FeedItemFragment['subject']) {
  if (!subject) return null;
  if ('title' in subject) return subject;
  if ('question' in subject) return subject.question?.product ?? null;
  return 'product' in subject ? (subject.product ?? null) : null;
}

function wordsOf(subject: FeedItemFragment['subject']): string {
  if (!subject) return '';
  if ('body' in subject) return subject.body;
  return 'message' in subject ? subject.message : '';
}

function headline(t: Translate, { kind, actor }: FeedItemFragment, product: string): string {
  return t(texts[kind], { name: actor?.name ?? t('someone'), product });
}

function Item({ item }: { item: FeedItemFragment }) {
  const { t, ago } = useI18n();
  const product = productOf(item.subject);
  const words = wordsOf(item.subject);
  return (
    <article className="line" style={{ border: 0, padding: 0 }}>
      {product ? <Picture image={product.images[0]} alt="" /> : <Avatar user={item.actor} size={64} />}
      <div className="stack tight">
        <p>
          {product ? (
            <Link href={`/products/${encodeURIComponent(product.slug)}`}>{headline(t, item, product.title)}</Link>
          ) : (
            headline(t, item, '')
          )}
        </p>
        {words && <p className="words soft">{words}</p>}
      </div>
      <span className="small soft">{ago(item.occurredAt)}</span>
    </article>
  );
}
