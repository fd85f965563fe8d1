import { useApolloClient, useLazyQuery, useMutation, useQuery, useSubscription } from '@apollo/client/react';
import { useState } from 'react';
import { Failed, Loading, More, Person, say, useAction, useErrors, textOf } from '../../components/parts';
import { graphql } from '../../gql';
import type { AnswerItemFragment, QuestionItemFragment, QuestionsQuery } from '../../gql/graphql';
import { useI18n } from '../../i18n';
import { arrived, forget, insertEdge } from '../../lists';
import { plaza } from '../../shop';
import { CommentToggle } from './Comments';
import { ReportButton } from './ReportButton';

graphql(`
  fragment AnswerItem on Answer {
    id
    body
    createdAt
    accepted
    byMerchant
    byVerifiedBuyer
    helpfulCount
    unhelpfulCount
    viewerVote
    commentCount
    author {
      id
      name
      handle
      avatar {
        id
        url(width: 128, height: 128)
      }
    }
  }

  fragment QuestionItem on Question {
    id
    body
    createdAt
    answerCount
    author {
      id
      name
      handle
      isViewer
      avatar {
        id
        url(width: 128, height: 128)
      }
    }
    answers(first: 3) {
      edges {
        cursor
        node {
          ...AnswerItem
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const Query = graphql(`
  query Questions($id: ID!, $after: String) {
    product(id: $id) {
      id
      questions(first: 5, after: $after, sort: NEWEST) {
        liveCursor
        edges {
          cursor
          node {
            ...QuestionItem
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

const MoreAnswers = graphql(`
  query Answers($id: ID!, $after: String) {
    node(id: $id) {
      id
      ... on Question {
        answers(first: 20, after: $after) {
          edges {
            cursor
            node {
              ...AnswerItem
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
  subscription QuestionChanged($id: ID!, $after: String) {
    questionChanged(productId: $id, after: $after) {
      cursor
      kind
      questionId
      question {
        ...QuestionItem
      }
      edge {
        cursor
        node {
          id
        }
      }
      answerChange {
        kind
        answerId
      }
    }
  }
`);

const Similar = graphql(`
  query SimilarQuestions($id: ID!, $text: String!) {
    product(id: $id) {
      id
      similarQuestions(text: $text, first: 3) {
        edges {
          node {
            id
            body
            answerCount
          }
        }
      }
    }
  }
`);

const Ask = graphql(`
  mutation Ask($input: AskQuestionInput!) {
    askQuestion(input: $input) {
      held
      question {
        ...QuestionItem
      }
      userErrors {
        field
        message
      }
    }
  }
`);

const AnswerIt = graphql(`
  mutation Answer($input: AnswerQuestionInput!) {
    answerQuestion(input: $input) {
      held
      answer {
        ...AnswerItem
        question {
          ...QuestionItem
        }
      }
      userErrors {
        field
        message
      }
    }
  }
`);

const Accept = graphql(`
  mutation Accept($input: AcceptAnswerInput!) {
    acceptAnswer(input: $input) {
      answer {
        id
        accepted
      }
      userErrors {
        field
        message
      }
    }
  }
`);

const Vote = graphql(`
  mutation VoteAnswer($input: VoteAnswerInput!) {
    voteAnswer(input: $input) {
      answer {
        id
        helpfulCount
        unhelpfulCount
        viewerVote
      }
      userErrors {
        field
        message
      }
    }
  }
`);

export function Questions({ productId }: { productId: string }) {
  const { data, previousData, error, refetch, fetchMore } = useQuery(Query, { variables: { id: productId } });
  const list = (data ?? previousData)?.product?.questions;
  if (error && !list) return <Failed onRetry={() => void refetch()} />;
  if (!list) return data ? null : <Loading />;
  return (
    <div className="stack">
      <AskForm productId={productId} />
      <List list={list} productId={productId} />
      <More pageInfo={list.pageInfo} onMore={(after) => fetchMore({ variables: { after } })} />
    </div>
  );
}

type QuestionList = NonNullable<QuestionsQuery['product']>['questions'];

function List({ list, productId }: { list: QuestionList; productId: string }) {
  const { t } = useI18n();
  const { cache } = useApolloClient();
  const [after] = useState(list.liveCursor);
  useSubscription(Changed, {
    variables: { id: productId, after },
    onData({ data: { data } }) {
      const change = data?.questionChanged;
      if (change?.kind === 'REMOVED') return forget(cache, 'Question', change.questionId);
      if (change?.answerChange?.kind === 'REMOVED') return forget(cache, 'Answer', change.answerChange.answerId);
      if (change?.kind !== 'ADDED' || !change.edge) return;
      arrived.add(change.questionId);
      insertEdge(cache, { __typename: 'Product', id: productId }, 'questions', change.edge);
    },
  });
  if (list.edges.length === 0) return <p className="soft">{t('empty')}</p>;
  return (
    <ul>
      {list.edges.map(({ node }) => (
        <Item key={node.id} question={node} />
      ))}
    </ul>
  );
}

function Item({ question }: { question: QuestionItemFragment }) {
  const { t, ago } = useI18n();
  const [answering, setAnswering] = useState(false);
  const [loadAnswers] = useLazyQuery(MoreAnswers);
  const { answers, author } = question;
  return (
    <li className={arrived.has(question.id) ? 'entry fresh stack' : 'entry stack'}>
      <div className="stack tight">
        <h3 className="words">{question.body}</h3>
        <div className="row small soft">
          <Person user={author} size={24} />
          <span>{ago(question.createdAt)}</span>
          <span>{t('answerCount', { n: question.answerCount })}</span>
        </div>
      </div>
      <ul className="stack">
        {answers.edges.map(({ node }) => (
          <AnswerItem key={node.id} answer={node} isAsker={author?.isViewer ?? false} />
        ))}
      </ul>
      <div className="row small">
        <More pageInfo={answers.pageInfo} onMore={(after) => loadAnswers({ variables: { id: question.id, after } })} />
        {plaza.session.signedIn && (
          <button className="link" aria-expanded={answering} onClick={() => setAnswering(!answering)}>
            {t('answer')}
          </button>
        )}
        <ReportButton contentId={question.id} />
      </div>
      {answering && <AnswerForm questionId={question.id} onDone={() => setAnswering(false)} />}
    </li>
  );
}

function AnswerItem({ answer, isAsker }: { answer: AnswerItemFragment; isAsker: boolean }) {
  const { t, ago, number } = useI18n();
  const act = useAction();
  const [vote] = useMutation(Vote);
  const [accept] = useMutation(Accept);
  const toggle = (): void => {
    if (!plaza.session.signedIn) return say(t('needSignIn'));
    const input = { answerId: answer.id, vote: answer.viewerVote === 'HELPFUL' ? null : ('HELPFUL' as const) };
    void act(async () => (await vote({ variables: { input } })).data?.voteAnswer);
  };
  const acceptIt = (): void => {
    void act(async () => (await accept({ variables: { input: { answerId: answer.id, accepted: true } } })).data?.acceptAnswer);
  };
  return (
    <li className="quote stack tight">
      <p className="words">{answer.body}</p>
      <div className="row small soft">
        <Person user={answer.author} size={24} />
        <span>{ago(answer.createdAt)}</span>
        {answer.accepted && <span className="chip">{t('accepted')}</span>}
        {answer.byMerchant && <span className="chip">{t('byMerchant')}</span>}
        {answer.byVerifiedBuyer && <span className="chip">{t('byBuyer')}</span>}
      </div>
      <div className="row small">
        <button className="button" aria-pressed={answer.viewerVote === 'HELPFUL'} onClick={toggle}>
          {t('helpful')} · {number(answer.helpfulCount)}
        </button>
        {isAsker && !answer.accepted && (
          <button className="link" onClick={acceptIt}>
            {t('accept')}
          </button>
        )}
        <CommentToggle subjectId={answer.id} count={answer.commentCount} />
      </div>
    </li>
  );
}

function AskForm({ productId }: { productId: string }) {
  const { t } = useI18n();
  const { cache } = useApolloClient();
  const [ask, { loading }] = useMutation(Ask);
  const [findSimilar, similar] = useLazyQuery(Similar);
  const [key, setKey] = useState(() => crypto.randomUUID());
  const { errors, check } = useErrors();
  const submit = async (form: HTMLFormElement): Promise<void> => {
    if (!plaza.session.signedIn) return say(t('needSignIn'));
    const input = { productId, body: textOf(new FormData(form), 'body'), idempotencyKey: key };
    const answer = await check(async () => (await ask({ variables: { input } })).data?.askQuestion);
    if (!answer) return;
    if (answer.held) say(t('held'));
    else if (answer.question) {
      const edge = { __typename: 'QuestionEdge', cursor: '', node: { __typename: 'Question', id: answer.question.id } };
      insertEdge(cache, { __typename: 'Product', id: productId }, 'questions', edge);
    }
    form.reset();
    setKey(crypto.randomUUID());
  };
  const asked = similar.data?.product?.similarQuestions.edges ?? [];
  return (
    <form className="stack tight" onSubmit={(event) => (event.preventDefault(), void submit(event.currentTarget))}>
      <div className="row">
        <input
          className="input"
          style={{ flex: '1 1 14rem' }}
          name="body"
          aria-label={t('ask')}
          placeholder={t('askPlaceholder')}
          required
          maxLength={2000}
          onBlur={({ target }) => target.value.length > 8 && void findSimilar({ variables: { id: productId, text: target.value } })}
        />
        <button className="button" disabled={loading}>
          {t('ask')}
        </button>
      </div>
      {asked.length > 0 && (
        <div className="notice small stack tight">
          <strong>{t('similarQuestions')}</strong>
          <ul>
            {asked.map(({ node }) => (
              <li key={node.id}>
                <bdi>{node.body}</bdi> · {t('answerCount', { n: node.answerCount })}
              </li>
            ))}
          </ul>
        </div>
      )}
      {Object.values(errors).map((message) => (
        <p key={message} className="danger small" role="alert">
          {message}
        </p>
      ))}
    </form>
  );
}

function AnswerForm({ questionId, onDone }: { questionId: string; onDone: () => void }) {
  const { t } = useI18n();
  const { cache } = useApolloClient();
  const [send, { loading }] = useMutation(AnswerIt);
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const { errors, check } = useErrors();
  const submit = async (form: FormData): Promise<void> => {
    const input = { questionId, body: textOf(form, 'body'), idempotencyKey };
    const answer = await check(async () => (await send({ variables: { input } })).data?.answerQuestion);
    if (!answer) return;
    if (answer.held) say(t('held'));
    else if (answer.answer) {
      const edge = { __typename: 'AnswerEdge', cursor: '', node: { __typename: 'Answer', id: answer.answer.id } };
      insertEdge(cache, { __typename: 'Question', id: questionId }, 'answers', edge, { at: 'end' });
    }
    onDone();
  };
  return (
    <form className="row" onSubmit={(event) => (event.preventDefault(), void submit(new FormData(event.currentTarget)))}>
      <textarea
        className="input"
        name="body"
        aria-label={t('answerPlaceholder')}
        placeholder={t('answerPlaceholder')}
        required
        maxLength={5000}
      />
      <button className="button main" disabled={loading}>
        {t('answer')}
      </button>
      {Object.values(errors).map((message) => (
        <p key={message} className="danger small" role="alert">
          {message}
        </p>
      ))}
    </form>
  );
}
