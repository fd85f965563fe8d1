import { useState, type FormEvent } from 'react';
import { useMutation, useQuery } from '@apollo/client/react';
import { withNextPage } from '../connection';
import { graphql } from '../gql';
import type { ModerationAction, ModerationQueueQuery, SuspicionKind } from '../gql/graphql';
import { useText } from '../i18n';
import { List, Problems, Time, type UserError } from '../parts';

const queueQuery = graphql(`
  query ModerationQueue($after: String) {
    moderationQueue(first: 20, after: $after) {
      totalCount
      edges {
        node {
          id
          held
          reportCount
          earlierDecisionCount
          lastReportedAt
          author {
            id
            name
            handle
          }
          reasons {
            reason
            count
          }
          suspicion {
            score
            signs {
              kind
              reviewCount
            }
          }
          appeal {
            id
            body
            createdAt
          }
          reports(first: 5) {
            edges {
              node {
                id
                reason
                note
                createdAt
              }
            }
          }
          content {
            __typename
            ... on Comment {
              id
              body
            }
            ... on Review {
              id
              title
              body
              overall
              product {
                id
                title
                slug
              }
            }
            ... on Question {
              id
              body
              product {
                id
                title
                slug
              }
            }
            ... on Answer {
              id
              body
            }
            ... on Share {
              id
            }
            ... on User {
              id
              name
              bio
            }
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const decideMutation = graphql(`
  mutation Decide($input: ModerateContentInput!) {
    moderateContent(input: $input) {
      entry {
        id
        action
      }
      userErrors {
        message
      }
    }
  }
`);

/** What each sign that a review is fake means. */
const signs: Record<SuspicionKind, string> = {
  BURST: 'Many more reviews of this product with the same opinion within two days than at other times.',
  COPY: 'Most of the text also appears in other reviews.',
  ONE_SIDED: 'The author only gives the same extreme rating, far from what others give.',
  RING: 'The same authors reviewed the same products with the same opinion within days.',
};

type Case = ModerationQueueQuery['moderationQueue']['edges'][number]['node'];

const actions: ModerationAction[] = ['RESTORE', 'WARN', 'HIDE', 'RESTRICT', 'RENAME', 'BAN'];

export function Moderation() {
  const t = useText();
  const { data, loading, error, fetchMore, refetch } = useQuery(queueQuery);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const cases = data?.moderationQueue.edges.map(({ node }) => node) ?? [];
  const chosen = cases.filter(({ id }) => selected.has(id));

  function toggle(id: string): void {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    setSelected(next);
  }

  return (
    <>
      <h1>
        {t('Moderation')} {data && <span className="count">{data.moderationQueue.totalCount}</span>}
      </h1>
      <Decision
        cases={chosen}
        onDecided={async () => {
          setSelected(new Set());
          await refetch();
        }}
      />
      <List
        connection={data?.moderationQueue}
        loading={loading}
        error={error}
        empty={t('Nothing waits for a decision.')}
        more={(after) =>
          fetchMore({
            variables: { after },
            updateQuery: (before, { fetchMoreResult: next }) => ({
              ...next,
              moderationQueue: withNextPage(before.moderationQueue, next.moderationQueue),
            }),
          })
        }
      >
        <ul className="cards">
          {cases.map((each) => (
            <li key={each.id} className="card">
              <label className="select">
                <input type="checkbox" checked={selected.has(each.id)} onChange={() => toggle(each.id)} />
                <span className="hidden">{t('Select')}</span>
              </label>
              <CaseDetails moderationCase={each} />
            </li>
          ))}
        </ul>
      </List>
    </>
  );
}

function CaseDetails({ moderationCase }: { moderationCase: Case }) {
  const t = useText();
  const { content, author, reasons, suspicion, reports, appeal, held, earlierDecisionCount, lastReportedAt } = moderationCase;
  return (
    <article>
      <header>
        <strong>{t(content?.__typename ?? 'Deleted')}</strong>
        {held && <span className="tag">{t('Held as spam')}</span>}
        {appeal && <span className="tag">{t('Appeal')}</span>}
        {suspicion && (
          <span className="tag">
            {t('Looks fake')} {Math.round(suspicion.score * 100)} %
          </span>
        )}
        {reasons.map(({ reason, count }) => (
          <span className="tag" key={reason}>
            {t(reason)} {count > 1 && count}
          </span>
        ))}
        <Time at={lastReportedAt} />
      </header>
      <ContentText content={content} />
      <p className="muted">
        {author ? `${author.name} (@${author.handle})` : t('Deleted user')}
        {earlierDecisionCount > 0 && ` · ${t('Earlier decisions')}: ${earlierDecisionCount}`}
      </p>
      {suspicion && (
        <ul className="notes">
          {suspicion.signs.map(({ kind, reviewCount }) => (
            <li key={kind}>
              {t(signs[kind])} {t('Reviews')}: {reviewCount}
            </li>
          ))}
        </ul>
      )}
      {reports.edges.some(({ node }) => node.note) && (
        <ul className="notes">{reports.edges.map(({ node }) => node.note && <li key={node.id}>“{node.note}”</li>)}</ul>
      )}
      {appeal && (
        <blockquote>
          <b>{t('Appeal')}:</b> {appeal.body}
        </blockquote>
      )}
    </article>
  );
}

function ContentText({ content }: { content: Case['content'] }) {
  if (!content) return null;
  const product = 'product' in content ? content.product : null;
  const text = 'body' in content ? content.body : 'bio' in content ? content.bio : null;
  return (
    <div className="content">
      {product && (
        <p className="muted">
          <a href={`/products/${encodeURIComponent(product.slug)}`}>{product.title}</a>
        </p>
      )}
      {'title' in content && <b>{content.title}</b>}
      {'name' in content && <b>{content.name}</b>}
      <p>{text}</p>
    </div>
  );
}

/** One decision for every case that is selected; each is decided by itself, and what fails stays selected. */
function Decision({ cases, onDecided }: { cases: Case[]; onDecided: () => Promise<void> }) {
  const t = useText();
  const [decide] = useMutation(decideMutation);
  const [action, setAction] = useState<ModerationAction>('HIDE');
  const [problems, setProblems] = useState<UserError[]>([]);
  const [done, setDone] = useState(0);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const reason = new FormData(event.currentTarget).get('reason') as string;
    const form = event.currentTarget;
    setBusy(true);
    const failed: UserError[] = [];
    let decided = 0;
    for (const { content } of cases) {
      if (!content) continue;
      const { data } = await decide({ variables: { input: { contentId: content.id, action, reason } } }).catch((error: Error) => {
        failed.push(error);
        return { data: null };
      });
      failed.push(...(data?.moderateContent?.userErrors ?? []));
      if (data?.moderateContent?.entry) decided++;
    }
    setProblems(failed);
    setDone(decided);
    setBusy(false);
    form.reset();
    await onDecided();
  }

  return (
    <form className="toolbar" onSubmit={(event) => void submit(event)} aria-label={t('Decision')}>
      <label>
        {t('Decision')}
        <select value={action} onChange={(event) => setAction(event.target.value as ModerationAction)}>
          {actions.map((each) => (
            <option key={each} value={each}>
              {t(each)}
            </option>
          ))}
        </select>
      </label>
      <label className="wide">
        {t('Reason')}
        <input name="reason" required maxLength={1000} />
      </label>
      <button type="submit" className="primary" disabled={busy || cases.length === 0}>
        {t('Decide')} ({cases.length})
      </button>
      <p role="status">{done > 0 && `${t('Decided')}: ${done}`}</p>
      <Problems problems={problems} />
    </form>
  );
}
