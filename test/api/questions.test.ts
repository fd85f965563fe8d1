import { describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();

async function scene() {
  const merchant = await plaza.account({ merchant: true });
  const [asker, answerer] = await Promise.all([plaza.account(), plaza.account()]);
  return { merchant, asker, answerer, productId: await plaza.product(merchant) };
}

async function ask(author: Account, productId: string, body = 'Is it dishwasher safe?') {
  return (await plaza.mutate('askQuestion', { productId, body }, 'question { id body author { handle } product { id } }', author.token))
    .question;
}

async function answer(author: Account, questionId: string, body = 'Mine is.') {
  const selection = 'answer { id body byMerchant byVerifiedBuyer accepted author { handle } }';
  return (await plaza.mutate('answerQuestion', { questionId, body }, selection, author.token)).answer;
}

async function questionsOf(productId: string, args = '') {
  const query = `query ($id: ID!) { product(id: $id) { questions${args} { edges { node { id body answerCount acceptedAnswer { body }
    answers { totalCount edges { node { body accepted helpfulCount unhelpfulCount } } } } } } } }`;
  return (await plaza.data(query, { id: productId })).product.questions.edges.map(({ node }: { node: object }) => node);
}

describe('a question', () => {
  test('is asked about a product and told to its merchant', async () => {
    const { merchant, asker, productId } = await scene();
    const question = await ask(asker, productId);
    expect(question).toMatchObject({ body: 'Is it dishwasher safe?', author: { handle: asker.handle }, product: { id: productId } });
    const { viewer } = await plaza.data(
      '{ viewer { unreadNotificationCount notifications { edges { node { kind actors { handle } subject { ... on Question { body } } } } } } }',
      {},
      merchant.token,
    );
    expect(viewer).toEqual({
      unreadNotificationCount: 1,
      notifications: {
        edges: [{ node: { kind: 'QUESTION_ASKED', actors: [{ handle: asker.handle }], subject: { body: 'Is it dishwasher safe?' } } }],
      },
    });
  });

  test('is refused about what is not there, and when it is empty', async () => {
    const { asker } = await scene();
    const before = await plaza.documents();
    const missing = await plaza.mutate(
      'askQuestion',
      { productId: Buffer.from(`Product:${'0'.repeat(24)}`).toString('base64url'), body: 'Hm?' },
      'question { id }',
      asker.token,
    );
    expect(missing).toMatchObject({ question: null, userErrors: [{ code: 'NOT_FOUND', field: ['input', 'productId'] }] });
    const { productId } = await scene();
    const empty = await plaza.mutate('askQuestion', { productId, body: ' ' }, 'question { id }', asker.token);
    expect(empty.userErrors).toMatchObject([{ code: 'REQUIRED', field: ['input', 'body'] }]);
    expect(await plaza.documents()).toMatchObject(Object.fromEntries(Object.entries(before).filter(([name]) => name === 'questions')));
  });

  test('is deleted by whoever asked, as long as nobody has answered', async () => {
    const { asker, answerer, productId } = await scene();
    const [lonely, answered] = [await ask(asker, productId), await ask(asker, productId, 'And microwave safe?')];
    await answer(answerer, answered.id);
    const remove = (questionId: string, token: string) => plaza.mutate('deleteQuestion', { questionId }, 'deletedQuestionId', token);
    expect((await remove(answered.id, asker.token)).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    expect(await remove(lonely.id, asker.token)).toEqual({ deletedQuestionId: lonely.id, userErrors: [] });
    expect((await questionsOf(productId)).map(({ body }: { body: string }) => body)).toEqual(['And microwave safe?']);
  });

  test('like an earlier one is found while somebody types, mistyped or unfinished, and only of the same product', async () => {
    const { merchant, asker, productId } = await scene();
    await ask(asker, productId, 'Is the teapot dishwasher safe?');
    await ask(asker, productId, 'How much does it weigh?');
    await ask(asker, await plaza.product(merchant), 'Can this one go into a dishwasher?');
    const similar = async (text: string) => {
      const query =
        'query ($id: ID!, $text: String!) { product(id: $id) { similarQuestions(text: $text, first: 3) { edges { node { body } } } } }';
      const { product } = await plaza.data(query, { id: productId, text });
      return product.similarQuestions.edges.map(({ node }: { node: { body: string } }) => node.body);
    };
    expect(await similar('Can I put it into the dishwasher')).toEqual(['Is the teapot dishwasher safe?']);
    expect(await similar('what is the weigh')).toEqual(['How much does it weigh?']);
    expect(await similar('dishwa')).toEqual(['Is the teapot dishwasher safe?']);
    expect(await similar('colour')).toEqual([]);
    expect(await similar('')).toEqual([]);
  });

  test('lists with and without answers, and the most answered first', async () => {
    const { asker, answerer, productId } = await scene();
    const first = await ask(asker, productId, 'first');
    await ask(asker, productId, 'second');
    await answer(answerer, first.id);
    const bodies = async (args: string) => (await questionsOf(productId, args)).map(({ body }: { body: string }) => body);
    expect(await bodies('')).toEqual(['second', 'first']);
    expect(await bodies('(sort: MOST_ANSWERED)')).toEqual(['first', 'second']);
    expect(await bodies('(answered: false)')).toEqual(['second']);
    expect(await bodies('(answered: true)')).toEqual(['first']);
  });
});

describe('an answer', () => {
  test('says whether it is the merchant’s or a verified buyer’s, and is told to the asker', async () => {
    const { merchant, asker, answerer, productId } = await scene();
    await plaza.deliver(answerer, merchant, productId);
    const question = await ask(asker, productId);
    expect(await answer(merchant, question.id)).toMatchObject({ byMerchant: true, byVerifiedBuyer: false });
    expect(await answer(answerer, question.id)).toMatchObject({ byMerchant: false, byVerifiedBuyer: true });
    expect(await answer(await plaza.account(), question.id)).toMatchObject({ byMerchant: false, byVerifiedBuyer: false });
    const { viewer } = await plaza.data('{ viewer { notifications { edges { node { kind actorCount } } } } }', {}, asker.token);
    expect(viewer.notifications.edges).toEqual([{ node: { kind: 'QUESTION_ANSWERED', actorCount: 3 } }]);
  });

  test('is accepted by the asker alone, one at most, and comes first', async () => {
    const { asker, answerer, merchant, productId } = await scene();
    const question = await ask(asker, productId);
    const [one, two] = [await answer(answerer, question.id, 'one'), await answer(merchant, question.id, 'two')];
    const accept = (answerId: string, token: string, accepted = true) =>
      plaza.query(
        'mutation ($input: AcceptAnswerInput!) { acceptAnswer(input: $input) { answer { accepted } userErrors { code } } }',
        { input: { answerId, accepted } },
        token,
      );
    expect((await accept(one.id, answerer.token)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    await accept(one.id, asker.token);
    await accept(two.id, asker.token);
    const [shown] = await questionsOf(productId);
    expect(shown.acceptedAnswer).toEqual({ body: 'two' });
    expect(shown.answers.edges.map(({ node }: { node: { body: string; accepted: boolean } }) => [node.body, node.accepted])).toEqual([
      ['two', true],
      ['one', false],
    ]);
    await accept(two.id, asker.token, false);
    expect((await questionsOf(productId))[0].acceptedAnswer).toBeNull();
  });

  test('takes one vote of each reader; a hundred at once count exactly', async () => {
    const { asker, answerer, productId } = await scene();
    const given = await answer(answerer, (await ask(asker, productId)).id);
    const voters = await Promise.all(Array.from({ length: 100 }, () => plaza.account()));
    const vote = (voter: Account, value: string | null) =>
      plaza.mutate('voteAnswer', { answerId: given.id, vote: value }, 'answer { helpfulCount unhelpfulCount viewerVote }', voter.token);
    await Promise.all(voters.map((voter, at) => vote(voter, at % 4 === 0 ? 'UNHELPFUL' : 'HELPFUL')));
    await Promise.all(voters.slice(0, 8).map((voter) => vote(voter, null)));
    expect((await questionsOf(productId))[0].answers.edges[0].node).toMatchObject({ helpfulCount: 69, unhelpfulCount: 23 });
    expect((await vote(answerer, 'HELPFUL')).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    expect((await vote(voters[9]!, 'UNHELPFUL')).answer).toMatchObject({ helpfulCount: 68, unhelpfulCount: 24, viewerVote: 'UNHELPFUL' });
  });

  test('counts exactly when fifty are given at once, and leaves the count when it is deleted or hidden', async () => {
    const { asker, productId } = await scene();
    const moderator = await plaza.account({ role: 'MODERATOR' });
    const question = await ask(asker, productId);
    const authors = await Promise.all(Array.from({ length: 50 }, () => plaza.account()));
    const answers = await Promise.all(authors.map((author, at) => answer(author, question.id, `Answer ${at}`)));
    expect((await questionsOf(productId))[0]).toMatchObject({ answerCount: 50, answers: { totalCount: 50 } });
    await plaza.mutate('deleteAnswer', { answerId: answers[0].id }, 'deletedAnswerId', authors[0]!.token);
    const moderate = (action: string) =>
      plaza.mutate('moderateContent', { contentId: answers[1].id, action, reason: 'x' }, 'entry { action }', moderator.token);
    await moderate('HIDE');
    expect((await questionsOf(productId))[0].answerCount).toBe(48);
    await moderate('RESTORE');
    expect((await questionsOf(productId))[0].answerCount).toBe(49);
  });

  test('is changed by its author only', async () => {
    const { asker, answerer, productId } = await scene();
    const given = await answer(answerer, (await ask(asker, productId)).id);
    const edited = await plaza.mutate('editAnswer', { answerId: given.id, body: 'Better.' }, 'answer { body editedAt }', answerer.token);
    expect(edited.answer).toMatchObject({ body: 'Better.', editedAt: expect.any(String) as string });
    const query = 'mutation ($input: EditAnswerInput!) { editAnswer(input: $input) { answer { id } } }';
    expect((await plaza.query(query, { input: { answerId: given.id, body: 'Mine.' } }, asker.token)).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
  });

  test('can be commented on', async () => {
    const { asker, answerer, productId } = await scene();
    const given = await answer(answerer, (await ask(asker, productId)).id);
    await plaza.mutate('addComment', { subjectId: given.id, body: 'Thanks!' }, 'comment { id }', asker.token);
    const { node } = await plaza.data(
      'query ($id: ID!) { node(id: $id) { ... on Answer { comments { totalCount edges { node { body subject { ... on Answer { body } } } } } } } }',
      { id: given.id },
    );
    expect(node.comments).toEqual({ totalCount: 1, edges: [{ node: { body: 'Thanks!', subject: { body: 'Mine is.' } } }] });
  });
});

test('questions and answers arrive live, resume after a cut, and never come from whom one has blocked', async () => {
  const { asker, answerer, productId } = await scene();
  const reader = await plaza.account();
  const asked = 'subscription ($id: ID!, $after: String) { questionAsked(productId: $id, after: $after) { cursor question { body } } }';
  const questions = await plaza.subscribe(asked, { id: productId }, reader.token);
  const question = await ask(asker, productId, 'one');
  const { cursor, question: seen } = (await questions.next()).data.questionAsked;
  expect(seen.body).toBe('one');
  const answers = await plaza.subscribe(
    'subscription ($id: ID!) { answerAdded(questionId: $id) { answer { body } } }',
    { id: question.id },
    reader.token,
  );
  await plaza.mutate('blockUser', { userId: answerer.id }, 'user { id }', reader.token);
  await answer(answerer, question.id, 'unseen');
  await answer(asker, question.id, 'seen');
  expect((await answers.next()).data.answerAdded.answer.body).toBe('seen');
  await ask(asker, productId, 'two');
  const resumed = await plaza.subscribe(asked, { id: productId, after: cursor });
  expect((await resumed.next()).data.questionAsked.question.body).toBe('two');
});

test('whom one has blocked cannot answer one’s questions', async () => {
  const { asker, answerer, productId } = await scene();
  const question = await ask(asker, productId);
  await plaza.mutate('blockUser', { userId: answerer.id }, 'user { id }', asker.token);
  const payload = await plaza.mutate('answerQuestion', { questionId: question.id, body: 'Hi' }, 'answer { id }', answerer.token);
  expect(payload.userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'questionId'] }]);
  expect((await questionsOf(productId))[0].answerCount).toBe(0);
});
