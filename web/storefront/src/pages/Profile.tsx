import { useMutation, useQuery } from '@apollo/client/react';
import { Link } from 'wouter';
import { Avatar, Failed, Loading, More, say, Stars, useAction } from '../components/parts';
import { graphql } from '../gql';
import { useI18n } from '../i18n';
import { plaza } from '../shop';
import { NotFound } from './NotFound';

const Query = graphql(`
  query Profile($handle: String!, $after: String) {
    user(handle: $handle) {
      id
      name
      handle
      bio
      createdAt
      isViewer
      viewerFollows
      viewerBlocks
      similarityToViewer
      avatar {
        id
        url(width: 256, height: 256)
      }
      followers(first: 1) {
        totalCount
      }
      following(first: 1) {
        totalCount
      }
      reviews(first: 10, after: $after) {
        edges {
          cursor
          node {
            id
            title
            body
            overall
            createdAt
            product {
              id
              title
              slug
            }
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

const Follow = graphql(`
  mutation Follow($id: ID!) {
    followUser(input: { userId: $id }) {
      user {
        id
        viewerFollows
        followers(first: 1) {
          totalCount
        }
      }
      userErrors {
        field
        message
      }
    }
  }
`);

const Unfollow = graphql(`
  mutation Unfollow($id: ID!) {
    unfollowUser(input: { userId: $id }) {
      user {
        id
        viewerFollows
        followers(first: 1) {
          totalCount
        }
      }
      userErrors {
        field
        message
      }
    }
  }
`);

const Block = graphql(`
  mutation Block($id: ID!) {
    blockUser(input: { userId: $id }) {
      user {
        id
        viewerBlocks
        viewerFollows
      }
      userErrors {
        field
        message
      }
    }
  }
`);

const Unblock = graphql(`
  mutation Unblock($id: ID!) {
    unblockUser(input: { userId: $id }) {
      user {
        id
        viewerBlocks
      }
      userErrors {
        field
        message
      }
    }
  }
`);

export function Profile({ handle }: { handle: string }) {
  const { t, date, ago } = useI18n();
  const { data, error, refetch, fetchMore } = useQuery(Query, { variables: { handle } });
  if (error && !data) return <div className="narrow">{<Failed onRetry={() => void refetch()} />}</div>;
  if (!data) return <Loading />;
  const { user } = data;
  if (!user) return <NotFound />;
  return (
    <div className="narrow stack loose">
      <title>{`${user.name} · Plaza`}</title>
      <header className="stack">
        <div className="row">
          <Avatar user={user} size={88} />
          <div className="stack tight">
            <h1>
              <bdi>{user.name}</bdi>
            </h1>
            <span className="soft">
              <bdi>@{user.handle}</bdi>
            </span>
          </div>
        </div>
        {user.bio && <p className="words">{user.bio}</p>}
        <p className="row small soft">
          <span>{t('followers', { n: user.followers.totalCount ?? 0 })}</span>
          <span>{t('following', { n: user.following.totalCount ?? 0 })}</span>
          <span>{t('since', { date: date(user.createdAt) })}</span>
          {user.similarityToViewer !== null && !user.isViewer && (
            <span className="chip">{t('alike', { n: Math.round((user.similarityToViewer ?? 0) * 100) })}</span>
          )}
        </p>
        {user.isViewer ? (
          <p>
            <Link href="/settings" className="button">
              {t('settings')}
            </Link>
          </p>
        ) : (
          <Relation user={user} />
        )}
      </header>
      <section className="stack" aria-labelledby="reviews-title">
        <h2 id="reviews-title">{t('reviews')}</h2>
        {user.reviews.edges.length === 0 && <p className="soft">{t('empty')}</p>}
        <ul>
          {user.reviews.edges.map(({ node }) => (
            <li key={node.id} className="entry stack tight">
              <div className="row between">
                {node.product && (
                  <Link href={`/products/${encodeURIComponent(node.product.slug)}`}>
                    <bdi>{node.product.title}</bdi>
                  </Link>
                )}
                <Stars value={node.overall} />
              </div>
              {node.title && <h3 className="words">{node.title}</h3>}
              <p className="words">{node.body}</p>
              <span className="small soft">{ago(node.createdAt)}</span>
            </li>
          ))}
        </ul>
        <More pageInfo={user.reviews.pageInfo} onMore={(after) => fetchMore({ variables: { after } })} />
      </section>
    </div>
  );
}

function Relation({ user: { id, viewerFollows, viewerBlocks } }: { user: { id: string; viewerFollows: boolean; viewerBlocks: boolean } }) {
  const { t } = useI18n();
  const [follow] = useMutation(Follow);
  const [unfollow] = useMutation(Unfollow);
  const [block] = useMutation(Block);
  const [unblock] = useMutation(Unblock);
  const act = useAction();
  const variables = { id };
  const run = async (
    work: () => Promise<{ userErrors: readonly { message: string; field: readonly string[] }[] } | null | undefined>,
  ): Promise<void> => {
    if (!plaza.session.signedIn) return say(t('needSignIn'));
    await act(work);
  };
  const toggleFollow = (): Promise<void> =>
    viewerFollows
      ? run(async () => (await unfollow({ variables })).data?.unfollowUser)
      : run(async () => (await follow({ variables })).data?.followUser);
  const toggleBlock = (): Promise<void> =>
    viewerBlocks
      ? run(async () => (await unblock({ variables })).data?.unblockUser)
      : run(async () => (await block({ variables })).data?.blockUser);
  return (
    <div className="row">
      {!viewerBlocks && (
        <button className={viewerFollows ? 'button' : 'button main'} aria-pressed={viewerFollows} onClick={() => void toggleFollow()}>
          {viewerFollows ? t('unfollow') : t('follow')}
        </button>
      )}
      <button className="link" onClick={() => void toggleBlock()}>
        {viewerBlocks ? t('unblock') : t('block')}
      </button>
    </div>
  );
}
