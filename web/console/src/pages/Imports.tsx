import { useState } from 'react';
import { useQuery } from '@apollo/client/react';
import { withNextPage } from '../connection';
import { graphql } from '../gql';
import type { ImportsQuery } from '../gql/graphql';
import { useLanguage, useText } from '../i18n';
import { List, Table, Time } from '../parts';

const importsQuery = graphql(`
  query Imports($after: String) {
    imports(first: 20, after: $after) {
      edges {
        node {
          id
          source
          format
          file
          status
          progress
          startedAt
          endedAt
          error
          acceptedLineCount
          rejectedLineCount
          newUserCount
          newProductCount
          newReviewCount
          newFollowCount
          updatedProductCount
          updatedReviewCount
          unchangedReviewCount
          rejects {
            file
            line
            column
            reason
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

type Run = ImportsQuery['imports']['edges'][number]['node'];

const pollWhileRunning = 1_000;
const pollOtherwise = 10_000;

export function Imports() {
  const t = useText();
  const [pollInterval, setPollInterval] = useState(pollOtherwise);
  const { data, loading, error, fetchMore } = useQuery(importsQuery, { pollInterval });
  const isRunning = data?.imports.edges.some(({ node }) => node.status === 'RUNNING');
  const wanted = isRunning ? pollWhileRunning : pollOtherwise;
  if (wanted !== pollInterval) setPollInterval(wanted);
  const more = (after: string | null) =>
    fetchMore({
      variables: { after },
      updateQuery: (before, { fetchMoreResult: next }) => ({ imports: withNextPage(before.imports, next.imports) }),
    });
  return (
    <>
      <h1>{t('Imports')}</h1>
      <List connection={data?.imports} loading={loading} error={error} empty={t('Nothing was imported yet.')} more={more}>
        <ul className="cards">
          {data?.imports.edges.map(({ node }) => (
            <li key={node.id} className="card">
              <ImportCard run={node} />
            </li>
          ))}
        </ul>
      </List>
    </>
  );
}

function ImportCard({ run }: { run: Run }) {
  const t = useText();
  const { language } = useLanguage();
  const number = new Intl.NumberFormat(language);
  const facts: [string, number][] = [
    ['Lines taken', run.acceptedLineCount],
    ['Lines rejected', run.rejectedLineCount],
    ['New users', run.newUserCount],
    ['New products', run.newProductCount],
    ['New reviews', run.newReviewCount],
    ['New follows', run.newFollowCount],
    ['Updated products', run.updatedProductCount],
    ['Updated reviews', run.updatedReviewCount],
    ['Unchanged reviews', run.unchangedReviewCount],
  ];
  return (
    <article>
      <header>
        <strong>{run.file}</strong>
        <span className="tag">{t(run.status)}</span>
        <Time at={run.startedAt} />
      </header>
      <p className="muted">
        {run.format} · {run.source}
      </p>
      {run.status === 'RUNNING' && (
        <div className="row" aria-live="polite">
          <progress value={run.progress} aria-label={t('Progress')} />
          <span>{Math.round(run.progress * 100)} %</span>
        </div>
      )}
      {run.error && <p role="alert">{run.error}</p>}
      <p>
        {facts
          .filter(([, count], at) => at < 2 || count > 0)
          .map(([name, count]) => `${t(name)}: ${number.format(count)}`)
          .join(' · ')}
      </p>
      {run.rejects.length > 0 && <Rejects rejects={run.rejects} total={run.rejectedLineCount} />}
    </article>
  );
}

function Rejects({ rejects, total }: { rejects: Run['rejects']; total: number }) {
  const t = useText();
  return (
    <details>
      <summary>
        {t('Rejected lines')} ({rejects.length < total ? `${rejects.length} / ${total}` : total})
      </summary>
      <Table columns={[t('File'), t('Line'), t('Column'), t('Reason')]}>
        {rejects.map(({ file, line, column, reason }) => (
          <tr key={`${file}:${line}:${column}`}>
            <td>{file}</td>
            <td>{line}</td>
            <td>{column ?? '–'}</td>
            <td>{reason}</td>
          </tr>
        ))}
      </Table>
    </details>
  );
}
