import { useState } from 'react';
import { skipToken, useMutation, useQuery } from '@apollo/client/react';
import { withNextPage } from '../connection';
import { graphql } from '../gql';
import type { FeedbackKind, InboxQuery } from '../gql/graphql';
import { useText } from '../i18n';
import { List, ReplyForm, Stars, Time } from '../parts';
import { useViewerId } from '../viewer';

const inboxQuery = graphql(`
  query Inbox($merchantId: ID!, $after: String) {
    products(first: 10, after: $after, filter: { merchantId: $merchantId }) {
      edges {
        node {
          id
          title
          slug
          reviews(first: 10, sort: NEWEST) {
            edges {
              node {
                id
                title
                body
                overall
                createdAt
                author {
                  id
                  name
                }
                response {
                  body
                }
              }
            }
          }
          questions(first: 10, answered: false) {
            edges {
              node {
                id
                body
                createdAt
                author {
                  id
                  name
                }
              }
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

const respondMutation = graphql(`
  mutation Respond($input: RespondToReviewInput!) {
    respondToReview(input: $input) {
      review {
        id
        response {
          body
        }
      }
      userErrors {
        message
      }
    }
  }
`);

const answerQuestionMutation = graphql(`
  mutation AnswerQuestion($input: AnswerQuestionInput!) {
    answerQuestion(input: $input) {
      answer {
        id
      }
      userErrors {
        message
      }
    }
  }
`);

const feedbackQuery = graphql(`
  query Feedback($filter: MerchantFeedbackFilter, $after: String) {
    merchantFeedbackSummary {
      totalCount
      byKind {
        kind
        count
      }
    }
    merchantFeedback(first: 20, after: $after, filter: $filter) {
      edges {
        node {
          id
          kind
          body
          answer
          createdAt
          product {
            id
            title
          }
          sender {
            id
            name
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

const answerFeedbackMutation = graphql(`
  mutation AnswerFeedback($input: AnswerMerchantFeedbackInput!) {
    answerMerchantFeedback(input: $input) {
      feedback {
        id
        answer
      }
      userErrors {
        message
      }
    }
  }
`);

type Product = InboxQuery['products']['edges'][number]['node'];

export function Inbox() {
  const t = useText();
  return (
    <>
      <h1>{t('Inbox')}</h1>
      <ToAnswer />
      <FeedbackList />
    </>
  );
}

/** Reviews and questions that nobody answered, of each product. */
function ToAnswer() {
  const t = useText();
  const merchantId = useViewerId();
  const [answered, setAnswered] = useState<ReadonlySet<string>>(new Set());
  const { data, loading, error, fetchMore } = useQuery(inboxQuery, merchantId ? { variables: { merchantId } } : skipToken);
  const products = data?.products.edges.map(({ node }) => node) ?? [];
  const openQuestions = ({ questions }: Product) => questions.edges.map(({ node }) => node).filter(({ id }) => !answered.has(id));
  const waiting = products.filter((product) => openReviews(product).length + openQuestions(product).length > 0);
  const more = (after: string | null) =>
    fetchMore({
      variables: { after },
      updateQuery: (before, { fetchMoreResult: next }) => ({
        products: withNextPage(before.products, next.products),
      }),
    });
  return (
    <section aria-label={t('To answer')}>
      <h2>{t('To answer')}</h2>
      <List connection={data?.products} loading={loading} error={error} empty={t('You have no products yet.')} more={more}>
        {waiting.length === 0 && <p className="empty">{t('Everything is answered.')}</p>}
        {waiting.map((product) => (
          <ProductInbox
            key={product.id}
            product={product}
            questions={openQuestions(product)}
            onAnswered={(id) => setAnswered(new Set([...answered, id]))}
          />
        ))}
      </List>
    </section>
  );
}

const openReviews = ({ reviews }: Product) => reviews.edges.map(({ node }) => node).filter(({ response }) => !response);

interface ProductInboxProps {
  product: Product;
  questions: Product['questions']['edges'][number]['node'][];
  onAnswered: (questionId: string) => void;
}

function ProductInbox({ product, questions, onAnswered }: ProductInboxProps) {
  const t = useText();
  const [respond] = useMutation(respondMutation);
  const [answer] = useMutation(answerQuestionMutation);
  return (
    <section>
      <h3>
        <a href={`/products/${encodeURIComponent(product.slug)}`}>{product.title}</a>
      </h3>
      <ul className="cards">
        {openReviews(product).map((review) => (
          <li className="card" key={review.id}>
            <article>
              <header>
                <span className="tag">{t('Review')}</span>
                <Stars value={review.overall} />
                <span className="muted">{review.author?.name ?? t('Deleted user')}</span>
                <Time at={review.createdAt} />
              </header>
              <b>{review.title}</b>
              <p>{review.body}</p>
              <ReplyForm
                label={t('Your response')}
                action={t('Respond')}
                onSend={async (body) => {
                  const { data } = await respond({ variables: { input: { reviewId: review.id, body } } });
                  return data?.respondToReview?.userErrors ?? [];
                }}
              />
            </article>
          </li>
        ))}
        {questions.map((node) => (
          <li className="card" key={node.id}>
            <article>
              <header>
                <span className="tag">{t('Question')}</span>
                <span className="muted">{node.author?.name ?? t('Deleted user')}</span>
                <Time at={node.createdAt} />
              </header>
              <p>{node.body}</p>
              <ReplyForm
                label={t('Your answer')}
                action={t('Answer')}
                onSend={async (body) => {
                  const { data } = await answer({ variables: { input: { questionId: node.id, body } } });
                  if (data?.answerQuestion?.answer) onAnswered(node.id);
                  return data?.answerQuestion?.userErrors ?? [];
                }}
              />
            </article>
          </li>
        ))}
      </ul>
    </section>
  );
}

function FeedbackList() {
  const t = useText();
  const [kind, setKind] = useState<FeedbackKind | null>(null);
  const { data, previousData, loading, error, fetchMore } = useQuery(feedbackQuery, { variables: { filter: kind ? { kind } : {} } });
  const [answer] = useMutation(answerFeedbackMutation);
  const summary = (data ?? previousData)?.merchantFeedbackSummary;
  const more = (after: string | null) =>
    fetchMore({
      variables: { after },
      updateQuery: (before, { fetchMoreResult: next }) => ({
        ...next,
        merchantFeedback: withNextPage(before.merchantFeedback, next.merchantFeedback),
      }),
    });
  return (
    <section aria-label={t('Feedback')}>
      <h2>{t('Feedback')}</h2>
      <div className="row" role="group" aria-label={t('Kind')}>
        <button type="button" aria-pressed={kind === null} onClick={() => setKind(null)}>
          {t('All')} {summary?.totalCount}
        </button>
        {summary?.byKind.map((each) => (
          <button type="button" key={each.kind} aria-pressed={kind === each.kind} onClick={() => setKind(each.kind)}>
            {t(each.kind)} {each.count}
          </button>
        ))}
      </div>
      <List connection={data?.merchantFeedback} loading={loading} error={error} empty={t('No feedback yet.')} more={more}>
        <ul className="cards">
          {data?.merchantFeedback.edges.map(({ node }) => (
            <li className="card" key={node.id}>
              <article>
                <header>
                  <span className="tag">{t(node.kind)}</span>
                  <span className="muted">
                    {node.sender?.name ?? t('Deleted user')}
                    {node.product && ` · ${node.product.title}`}
                  </span>
                  <Time at={node.createdAt} />
                </header>
                <p>{node.body}</p>
                {node.answer ? (
                  <blockquote>{node.answer}</blockquote>
                ) : (
                  <ReplyForm
                    label={t('Your answer')}
                    action={t('Answer')}
                    onSend={async (body) => {
                      const { data: sent } = await answer({ variables: { input: { feedbackId: node.id, body } } });
                      return sent?.answerMerchantFeedback?.userErrors ?? [];
                    }}
                  />
                )}
              </article>
            </li>
          ))}
        </ul>
      </List>
    </section>
  );
}
