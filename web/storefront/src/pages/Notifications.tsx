import { useApolloClient, useMutation, useQuery, useSubscription } from '@apollo/client/react';
import { useState } from 'react';
import { Link } from 'wouter';
import { NeedsViewer } from '../components/NeedsViewer';
import { Avatar, Failed, Loading, More, useAction } from '../components/parts';
import { graphql } from '../gql';
import type { MarkNotificationsReadInput, NotificationItemFragment, NotificationsQuery } from '../gql/graphql';
import { useI18n } from '../i18n';
import { arrived, insertEdge } from '../lists';

graphql(`
  fragment NotificationItem on Notification {
    id
    kind
    occurredAt
    readAt
    actorCount
    actors {
      id
      name
      handle
      avatar {
        id
        url(width: 128, height: 128)
      }
    }
    subject {
      __typename
      ... on Product {
        id
        slug
        title
      }
      ... on Review {
        id
        product {
          id
          slug
          title
        }
      }
      ... on Question {
        id
        product {
          id
          slug
          title
        }
      }
      ... on Answer {
        id
        question {
          id
          product {
            id
            slug
            title
          }
        }
      }
      ... on Share {
        id
        product {
          id
          slug
          title
        }
      }
      ... on Referral {
        id
        product {
          id
          slug
          title
        }
      }
      ... on Comment {
        id
        subject {
          ... on Product {
            id
            slug
            title
          }
        }
      }
      ... on User {
        id
        handle
      }
    }
  }
`);

const Query = graphql(`
  query Notifications($after: String) {
    viewer {
      id
      unreadNotificationCount
      notifications(first: 20, after: $after) {
        liveCursor
        edges {
          cursor
          node {
            ...NotificationItem
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

const Received = graphql(`
  subscription NotificationReceived($after: String) {
    notificationReceived(after: $after) {
      cursor
      viewer {
        id
        unreadNotificationCount
      }
      edge {
        cursor
        node {
          ...NotificationItem
        }
      }
    }
  }
`);

const MarkRead = graphql(`
  mutation MarkRead($input: MarkNotificationsReadInput!) {
    markNotificationsRead(input: $input) {
      notifications {
        id
        readAt
      }
      viewer {
        id
        unreadNotificationCount
      }
      userErrors {
        field
        message
      }
    }
  }
`);

export function Notifications() {
  const { t } = useI18n();
  return (
    <NeedsViewer>
      <div className="narrow stack">
        <title>{`${t('notifications')} · Plaza`}</title>
        <Page />
      </div>
    </NeedsViewer>
  );
}

function Page() {
  const { t } = useI18n();
  const { data, error, refetch, fetchMore } = useQuery(Query);
  const [markRead, { loading }] = useMutation(MarkRead);
  const act = useAction();
  const list = data?.viewer.notifications;
  const read = (input: MarkNotificationsReadInput): void =>
    void act(async () => (await markRead({ variables: { input } })).data?.markNotificationsRead);
  return (
    <>
      <div className="row between">
        <h1>{t('notifications')}</h1>
        {(data?.viewer.unreadNotificationCount ?? 0) > 0 && (
          <button className="button" disabled={loading} onClick={() => read({})}>
            {t('markRead')}
          </button>
        )}
      </div>
      {error && !list && <Failed onRetry={() => void refetch()} />}
      {!list && !error && <Loading />}
      {list && <List list={list} onRead={(id) => read({ notificationIds: [id] })} />}
      {list && <More pageInfo={list.pageInfo} onMore={(after) => fetchMore({ variables: { after } })} />}
    </>
  );
}

function List({ list, onRead }: { list: NonNullable<NotificationsQuery['viewer']['notifications']>; onRead: (id: string) => void }) {
  const { t } = useI18n();
  const { cache } = useApolloClient();
  const [after] = useState(list.liveCursor);
  useSubscription(Received, {
    variables: { after },
    onData({ data: { data } }) {
      const event = data?.notificationReceived;
      if (!event?.edge || !event.viewer) return;
      arrived.add(event.edge.node.id);
      insertEdge(cache, { __typename: 'Viewer', id: event.viewer.id }, 'notifications', event.edge);
    },
  });
  if (list.edges.length === 0) return <p className="soft">{t('empty')}</p>;
  return (
    <ul>
      {list.edges.map(({ node }) => (
        <li key={node.id} className={arrived.has(node.id) ? 'entry fresh' : 'entry'}>
          <Item notification={node} onRead={() => onRead(node.id)} />
        </li>
      ))}
    </ul>
  );
}

type Subject = NotificationItemFragment['subject'];
type ShownProduct = { slug: string; title: string };

function productOf(subject: Subject): ShownProduct | null {
  switch (subject?.__typename) {
    case 'Product':
      return subject;
    case 'Review':
    case 'Question':
    case 'Share':
    case 'Referral':
      return subject.product ?? null;
    case 'Answer':
      return subject.question?.product ?? null;
    case 'Comment':
      return subject.subject && 'slug' in subject.subject ? (subject.subject as ShownProduct) : null;
    default:
      return null;
  }
}

function Item({ notification, onRead }: { notification: NotificationItemFragment; onRead: () => void }) {
  const { t, ago } = useI18n();
  const { kind, actors, actorCount, subject, readAt, occurredAt } = notification;
  const product = productOf(subject);
  const first = actors[0]?.name ?? t('someone');
  const name = actorCount > 1 ? `${first} +${actorCount - 1}` : first;
  const text = t(kind, { name, subject: product?.title ?? '' });
  const href =
    kind === 'FOLLOWED' && actors[0]
      ? `/users/${encodeURIComponent(actors[0].handle)}`
      : product && `/products/${encodeURIComponent(product.slug)}`;
  return (
    <div className={readAt ? 'row between' : 'row between unread'}>
      <span className="row" style={{ flex: 1 }}>
        <Avatar user={actors[0] ?? null} size={40} />
        <span style={{ flex: 1 }}>
          {href ? (
            <Link href={href} onClick={() => !readAt && onRead()}>
              {text}
            </Link>
          ) : (
            text
          )}
        </span>
      </span>
      <span className="small soft">{ago(occurredAt)}</span>
    </div>
  );
}
