/** Threads below products, reviews, answers and shares, at every level. */
import { useApolloClient, useMutation, useQuery, useSubscription } from '@apollo/client/react';
import { useState } from 'react';
import { Failed, Loading, More, Person, say, useAction, useErrors, textOf } from '../../components/parts';
import { graphql } from '../../gql';
import type { CommentItemFragment, CommentsQuery } from '../../gql/graphql';
import { useI18n } from '../../i18n';
import { arrived, forget, insertEdge } from '../../lists';
import { plaza } from '../../shop';
import { ReportButton } from './ReportButton';

graphql(`
  fragment CommentItem on Comment {
    id
    body
    createdAt
    editedAt
    deletedAt
    hidden
    replyCount
    viewerReaction
    reactions {
      reaction
      count
    }
    author {
      id
      name
      handle
      avatar {
        id
        url(width: 128, height: 128)
      }
    }
    parent {
      id
    }
    viewerCanDelete {
      allowed
    }
  }

  fragment CommentPage on CommentConnection {
    liveCursor
    edges {
      cursor
      node {
        ...CommentItem
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
`);

const Query = graphql(`
  query Comments($id: ID!, $after: String) {
    node(id: $id) {
      id
      ... on Product {
        comments(first: 8, after: $after) {
          ...CommentPage
        }
      }
      ... on Review {
        comments(first: 8, after: $after) {
          ...CommentPage
        }
      }
      ... on Answer {
        comments(first: 8, after: $after) {
          ...CommentPage
        }
      }
      ... on Share {
        comments(first: 8, after: $after) {
          ...CommentPage
        }
      }
    }
  }
`);

const RepliesQuery = graphql(`
  query Replies($id: ID!, $after: String) {
    node(id: $id) {
      id
      ... on Comment {
        replies(first: 10, after: $after) {
          edges {
            cursor
            node {
              ...CommentItem
            }
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  }
`);

const Changed = graphql(`
  subscription CommentChanged($id: ID!, $after: String) {
    commentChanged(subjectId: $id, after: $after) {
      cursor
      kind
      commentId
      comment {
        ...CommentItem
        parent {
          id
          replyCount
        }
      }
      edge {
        cursor
        node {
          id
        }
      }
    }
  }
`);

const Add = graphql(`
  mutation AddComment($input: AddCommentInput!) {
    addComment(input: $input) {
      held
      comment {
        ...CommentItem
        parent {
          id
          replyCount
        }
      }
      userErrors {
        field
        message
      }
    }
  }
`);

const Delete = graphql(`
  mutation DeleteComment($input: DeleteCommentInput!) {
    deleteComment(input: $input) {
      deletedCommentId
      comment {
        ...CommentItem
      }
      userErrors {
        field
        message
      }
    }
  }
`);

const React = graphql(`
  mutation React($input: ReactToCommentInput!) {
    reactToComment(input: $input) {
      comment {
        id
        viewerReaction
        reactions {
          reaction
          count
        }
      }
      userErrors {
        field
        message
      }
    }
  }
`);

export function CommentToggle({ subjectId, count }: { subjectId: string; count: number }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button className="link" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('commentCount', { n: count })}
      </button>
      {open && (
        <div style={{ flexBasis: '100%', fontSize: '1rem' }}>
          <Comments subjectId={subjectId} />
        </div>
      )}
    </>
  );
}

export function Comments({ subjectId }: { subjectId: string }) {
  const { data, previousData, error, refetch, fetchMore } = useQuery(Query, { variables: { id: subjectId } });
  const node = (data ?? previousData)?.node;
  const list = node && 'comments' in node ? node.comments : null;
  if (error && !list) return <Failed onRetry={() => void refetch()} />;
  if (!list) return data ? null : <Loading />;
  return (
    <div className="stack">
      <CommentForm subjectId={subjectId} />
      <List subject={node as Subject} list={list} />
      <More pageInfo={list.pageInfo} onMore={(after) => fetchMore({ variables: { after } })} />
    </div>
  );
}

type Subject = { __typename: string; id: string };
type CommentList = NonNullable<Extract<NonNullable<CommentsQuery['node']>, { comments: unknown }>>['comments'];

function List({ subject, list }: { subject: Subject; list: CommentList }) {
  const { t } = useI18n();
  const { cache } = useApolloClient();
  const [after] = useState(list.liveCursor);
  useSubscription(Changed, {
    variables: { id: subject.id, after },
    onData({ data: { data } }) {
      const change = data?.commentChanged;
      if (change?.kind === 'REMOVED' && !change.comment) return forget(cache, 'Comment', change.commentId);
      if (change?.kind !== 'ADDED' || !change.edge || !change.comment) return;
      arrived.add(change.commentId);
      const { parent } = change.comment;
      if (parent) insertEdge(cache, { __typename: 'Comment', id: parent.id }, 'replies', change.edge, { at: 'end' });
      else insertEdge(cache, subject, 'comments', change.edge);
    },
  });
  if (list.edges.length === 0) return <p className="soft">{t('empty')}</p>;
  return (
    <ul>
      {list.edges.map(({ node }) => (
        <Item key={node.id} comment={node} subjectId={subject.id} />
      ))}
    </ul>
  );
}

function Item({ comment, subjectId }: { comment: CommentItemFragment; subjectId: string }) {
  const { t, ago } = useI18n();
  const [replying, setReplying] = useState(false);
  const [open, setOpen] = useState(false);
  const isGone = comment.deletedAt !== null || comment.hidden;
  return (
    <li className={arrived.has(comment.id) ? 'entry fresh stack tight' : 'entry stack tight'}>
      <div className="row between small">
        <Person user={comment.author} size={28} />
        <span className="soft">
          {ago(comment.createdAt)}
          {comment.editedAt && ` · ${t('edited')}`}
        </span>
      </div>
      <p className={isGone ? 'soft' : 'words'}>{isGone ? t('deleted') : comment.body}</p>
      <div className="row small">
        {!isGone && <Reactions comment={comment} />}
        {!isGone && plaza.session.signedIn && (
          <button className="link" aria-expanded={replying} onClick={() => setReplying(!replying)}>
            {t('reply')}
          </button>
        )}
        {comment.replyCount > 0 && (
          <button className="link" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t('showReplies', { n: comment.replyCount })}
          </button>
        )}
        {!isGone && <ReportButton contentId={comment.id} />}
        {comment.viewerCanDelete.allowed && !isGone && <DeleteButton id={comment.id} />}
      </div>
      {replying && <CommentForm subjectId={subjectId} parentId={comment.id} onDone={() => (setReplying(false), setOpen(true))} />}
      {open && <Replies id={comment.id} subjectId={subjectId} />}
    </li>
  );
}

function Replies({ id, subjectId }: { id: string; subjectId: string }) {
  const { data, fetchMore } = useQuery(RepliesQuery, { variables: { id } });
  const list = data?.node && 'replies' in data.node ? data.node.replies : null;
  if (!list) return <Loading />;
  return (
    <div className="replies">
      <ul>
        {list.edges.map(({ node }) => (
          <Item key={node.id} comment={node} subjectId={subjectId} />
        ))}
      </ul>
      <More pageInfo={list.pageInfo} onMore={(after) => fetchMore({ variables: { after } })} />
    </div>
  );
}

function DeleteButton({ id }: { id: string }) {
  const { t } = useI18n();
  const { cache } = useApolloClient();
  const [remove] = useMutation(Delete);
  const act = useAction();
  const run = async (): Promise<void> => {
    const answer = await act(async () => (await remove({ variables: { input: { commentId: id } } })).data?.deleteComment);
    if (answer && !answer.comment) forget(cache, 'Comment', id);
  };
  return (
    <button className="link" onClick={() => void run()}>
      {t('delete')}
    </button>
  );
}

const signs = { LIKE: '👍', LOVE: '❤️', LAUGH: '😄', SURPRISE: '😮', SAD: '😢', ANGRY: '😠' } as const;
type ReactionName = keyof typeof signs;

function Reactions({ comment }: { comment: CommentItemFragment }) {
  const { t, number } = useI18n();
  const act = useAction();
  const [react] = useMutation(React);
  const counts = new Map(comment.reactions.map(({ reaction, count }) => [reaction, count]));
  const shown = (Object.keys(signs) as ReactionName[]).filter((name) => name === 'LIKE' || name === 'LOVE' || counts.has(name));
  const toggle = (reaction: ReactionName): void => {
    if (!plaza.session.signedIn) return say(t('needSignIn'));
    const input = { commentId: comment.id, reaction: comment.viewerReaction === reaction ? null : reaction };
    void act(async () => (await react({ variables: { input } })).data?.reactToComment);
  };
  return shown.map((name) => (
    <button key={name} className="button" aria-pressed={comment.viewerReaction === name} onClick={() => toggle(name)}>
      {signs[name]} {counts.has(name) && number(counts.get(name)!)}
    </button>
  ));
}

function CommentForm({ subjectId, parentId, onDone }: { subjectId: string; parentId?: string; onDone?: () => void }) {
  const { t } = useI18n();
  const { cache } = useApolloClient();
  const [add, { loading }] = useMutation(Add);
  const [key, setKey] = useState(() => crypto.randomUUID());
  const { errors, check } = useErrors();
  const submit = async (form: HTMLFormElement): Promise<void> => {
    if (!plaza.session.signedIn) return say(t('needSignIn'));
    const input = { subjectId, parentId, body: textOf(new FormData(form), 'body'), idempotencyKey: key };
    const answer = await check(async () => (await add({ variables: { input } })).data?.addComment);
    if (!answer) return;
    if (answer.held) say(t('held'));
    else if (answer.comment && parentId) {
      const edge = { __typename: 'CommentEdge', cursor: '', node: { __typename: 'Comment', id: answer.comment.id } };
      insertEdge(cache, { __typename: 'Comment', id: parentId }, 'replies', edge, { at: 'end' });
    }
    form.reset();
    setKey(crypto.randomUUID());
    onDone?.();
  };
  return (
    <form className="row" onSubmit={(event) => (event.preventDefault(), void submit(event.currentTarget))}>
      <input
        className="input"
        style={{ flex: '1 1 14rem' }}
        name="body"
        aria-label={t('comment')}
        placeholder={t('commentPlaceholder')}
        required
        maxLength={5000}
      />
      <button className="button" disabled={loading}>
        {t('send')}
      </button>
      {Object.values(errors).map((message) => (
        <p key={message} className="danger small" role="alert">
          {message}
        </p>
      ))}
    </form>
  );
}
