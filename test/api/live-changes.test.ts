/** What subscribers are told of what changes, and when a subscription ends by itself. */
import { createClient as createStreamClient } from 'graphql-sse';
import { describe, expect, test } from 'vitest';
import { usePlaza, type Account, type LiveEvents } from '../support/plaza.js';

const plaza = usePlaza();

async function scene() {
  const merchant = await plaza.account({ merchant: true });
  return { merchant, author: await plaza.account(), id: await plaza.product(merchant) };
}

async function made(name: string, input: object, selection: string, { token }: Account) {
  const payload = await plaza.mutate(name, input, selection, token);
  if (payload.userErrors.length > 0) throw new Error(`${name}: ${JSON.stringify(payload.userErrors)}`);
  return payload;
}

const comment = async (author: Account, subjectId: string, body = 'Hello', parentId?: string): Promise<string> =>
  (await made('addComment', { subjectId, body, parentId }, 'comment { id }', author)).comment.id;
const ask = async (author: Account, productId: string): Promise<string> =>
  (await made('askQuestion', { productId, body: 'Blue?' }, 'question { id }', author)).question.id;
const answer = async (author: Account, questionId: string): Promise<string> =>
  (await made('answerQuestion', { questionId, body: 'Yes' }, 'answer { id }', author)).answer.id;

async function moderate(contentId: string, action: 'HIDE' | 'RESTORE'): Promise<void> {
  const moderator = await plaza.account({ role: 'MODERATOR' });
  await made('moderateContent', { contentId, action, reason: 'x' }, 'entry { action }', moderator);
}

const watching: Record<string, string> = {
  commentChanged: `subscription ($id: ID!, $after: String) { commentChanged(subjectId: $id, after: $after) {
    cursor kind commentId comment { body deletedAt hidden author { handle } } edge { cursor node { id } } } }`,
  reviewChanged: `subscription ($id: ID!, $after: String) { reviewChanged(productId: $id, after: $after) {
    cursor kind reviewId review { title verifiedPurchase response { body } } edge { node { id } } product { id rating { reviewCount } } } }`,
  questionChanged: `subscription ($id: ID!, $after: String) { questionChanged(productId: $id, after: $after) {
    cursor kind questionId question { answerCount acceptedAnswer { id } } edge { node { id } }
    answerChange { kind answerId answer { body accepted } edge { node { id } } } product { id } } }`,
  answerChanged: `subscription ($id: ID!, $after: String) { answerChanged(questionId: $id, after: $after) {
    cursor kind answerId answer { body } edge { node { id } } question { id answerCount } } }`,
};

async function watch(name: keyof typeof watching, id: string, viewer?: Account, after?: string) {
  const events = await plaza.subscribe(watching[name]!, { id, after }, viewer?.token);
  return { events, next: async () => (await events.next()).data[name] };
}

const ends = (events: LiveEvents) => expect(events.next()).rejects.toThrow('the subscription has ended');

describe('commentChanged', () => {
  test('tells of a comment that is added, edited and deleted', async () => {
    const { author, id } = await scene();
    const { next } = await watch('commentChanged', id);
    const commentId = await comment(author, id);
    expect(await next()).toMatchObject({ kind: 'ADDED', commentId, comment: { body: 'Hello' }, edge: { node: { id: commentId } } });
    await made('editComment', { commentId, body: 'Goodbye' }, 'comment { id }', author);
    expect(await next()).toMatchObject({ kind: 'EDITED', commentId, comment: { body: 'Goodbye' }, edge: null });
    await made('deleteComment', { commentId }, 'deletedCommentId', author);
    expect(await next()).toMatchObject({ kind: 'REMOVED', commentId, comment: null, edge: null });
  });

  test('keeps the place of a deleted comment that has replies', async () => {
    const { author, id } = await scene();
    const commentId = await comment(author, id);
    await comment(author, id, 'A reply', commentId);
    const { next } = await watch('commentChanged', id);
    await made('deleteComment', { commentId }, 'deletedCommentId', author);
    expect(await next()).toMatchObject({ kind: 'REMOVED', commentId, comment: { body: '', deletedAt: expect.any(String) as string } });
  });

  test('tells of a comment that moderation hides and puts back, without its text in between', async () => {
    const { author, id } = await scene();
    const { next } = await watch('commentChanged', id);
    const commentId = await comment(author, id, 'Rude');
    const { cursor } = await next();
    await moderate(commentId, 'HIDE');
    expect(await next()).toMatchObject({ kind: 'REMOVED', commentId, comment: null });
    await moderate(commentId, 'RESTORE');
    expect(await next()).toMatchObject({ kind: 'ADDED', commentId, comment: { body: 'Rude' }, edge: { node: { id: commentId } } });
    const resumed = await watch('commentChanged', id, undefined, cursor);
    expect([(await resumed.next()).kind, (await resumed.next()).kind]).toEqual(['REMOVED', 'ADDED']);
  });

  test('resumes without the text of what was edited or deleted in between, whoever else was told of it before', async () => {
    const { author, id } = await scene();
    const first = await watch('commentChanged', id);
    await comment(author, id, 'First');
    const { cursor } = await first.next();
    const deleted = await comment(author, id, 'Deleted text');
    const edited = await comment(author, id, 'Edited text');
    expect([(await first.next()).comment.body, (await first.next()).comment.body]).toEqual(['Deleted text', 'Edited text']);
    await made('editComment', { commentId: edited, body: 'Better' }, 'comment { id }', author);
    await made('deleteComment', { commentId: deleted }, 'deletedCommentId', author);
    expect([(await first.next()).kind, (await first.next()).kind]).toEqual(['EDITED', 'REMOVED']);
    const resumed = await watch('commentChanged', id, undefined, cursor);
    const told = [await resumed.next(), await resumed.next(), await resumed.next(), await resumed.next()];
    expect(told.map(({ kind, comment: now }) => [kind, now?.body ?? null])).toEqual([
      ['REMOVED', null],
      ['ADDED', 'Better'],
      ['EDITED', 'Better'],
      ['REMOVED', null],
    ]);
  });

  test('resumes with only the removal of what was hidden in between', async () => {
    const { author, id } = await scene();
    const { next } = await watch('commentChanged', id);
    await comment(author, id, 'First');
    const { cursor } = await next();
    const commentId = await comment(author, id, 'Rude');
    await made('editComment', { commentId, body: 'Ruder' }, 'comment { id }', author);
    await moderate(commentId, 'HIDE');
    await comment(author, id, 'Last');
    const resumed = await watch('commentChanged', id, undefined, cursor);
    expect(await resumed.next()).toMatchObject({ kind: 'REMOVED', commentId, comment: null });
    expect(await resumed.next()).toMatchObject({ kind: 'ADDED', comment: { body: 'Last' } });
  });

  test('tells nothing of an edit or a deletion that nobody sees', async () => {
    const { author, id } = await scene();
    const commentId = await comment(author, id, 'Rude');
    await moderate(commentId, 'HIDE');
    const { next } = await watch('commentChanged', id);
    await made('editComment', { commentId, body: 'Polite' }, 'comment { id }', author);
    await made('deleteComment', { commentId }, 'deletedCommentId', author);
    await comment(author, id, 'Last');
    expect(await next()).toMatchObject({ kind: 'ADDED', comment: { body: 'Last' } });
  });

  test('tells of held content once, when it comes out', async () => {
    const { author, id } = await scene();
    const { next } = await watch('commentChanged', id);
    const spam = 'BUY NOW!!! http://a.example http://b.example http://c.example http://d.example CHEAP CHEAP CHEAP!!!';
    const { comment: held } = await made('addComment', { subjectId: id, body: spam }, 'held comment { id }', author);
    await moderate(held.id as string, 'RESTORE');
    await comment(await plaza.account(), id, 'Last');
    expect(await next()).toMatchObject({ kind: 'ADDED', comment: { body: spam } });
    expect(await next()).toMatchObject({ kind: 'ADDED', comment: { body: 'Last' } });
  });

  test('brings nothing of those whom the viewer blocks while it is open', async () => {
    const { author, id } = await scene();
    const viewer = await plaza.account();
    const { next } = await watch('commentChanged', id, viewer);
    const commentId = await comment(author, id);
    expect(await next()).toMatchObject({ kind: 'ADDED' });
    await made('blockUser', { userId: author.id }, 'user { id }', viewer);
    await made('editComment', { commentId, body: 'Goodbye' }, 'comment { id }', author);
    await comment(author, id, 'Me again');
    await comment(await plaza.account(), id, 'Somebody else');
    expect(await next()).toMatchObject({ comment: { body: 'Somebody else' } });
  });

  test('tells that the author of a comment has left', async () => {
    const { author, id } = await scene();
    const commentId = await comment(author, id, `I am ${author.handle}`);
    const { next } = await watch('commentChanged', id);
    await made('eraseMe', { confirm: true, password: author.password }, 'erased', author);
    await plaza.settle('erasures');
    expect(await next()).toMatchObject({ kind: 'EDITED', commentId, comment: { body: 'I am [removed]', author: null } });
  });
});

describe('reviewChanged', () => {
  test('tells of a review that is added, edited, answered, verified and deleted, with the product’s new rating', async () => {
    const { merchant, author, id } = await scene();
    const { next } = await watch('reviewChanged', id);
    const { id: reviewId } = (await plaza.review(author, id)).review;
    expect(await next()).toMatchObject({
      kind: 'ADDED',
      reviewId,
      edge: { node: { id: reviewId } },
      product: { id, rating: { reviewCount: 1 } },
    });
    await made('updateReview', { reviewId, title: 'Better' }, 'review { id }', author);
    expect(await next()).toMatchObject({ kind: 'EDITED', reviewId, review: { title: 'Better' }, edge: null });
    await made('respondToReview', { reviewId, body: 'Thanks' }, 'review { id }', merchant);
    expect(await next()).toMatchObject({ kind: 'EDITED', review: { response: { body: 'Thanks' } } });
    await plaza.deliver(author, merchant, id);
    expect(await next()).toMatchObject({ kind: 'EDITED', review: { verifiedPurchase: true } });
    await made('deleteReview', { reviewId }, 'deletedReviewId', author);
    expect(await next()).toMatchObject({ kind: 'REMOVED', reviewId, review: null, product: { id, rating: { reviewCount: 0 } } });
  });

  test('tells of a review that moderation hides and puts back', async () => {
    const { author, id } = await scene();
    const { id: reviewId } = (await plaza.review(author, id)).review;
    const { next } = await watch('reviewChanged', id);
    await moderate(reviewId, 'HIDE');
    expect(await next()).toMatchObject({ kind: 'REMOVED', reviewId, review: null, product: { rating: { reviewCount: 0 } } });
    await moderate(reviewId, 'RESTORE');
    expect(await next()).toMatchObject({
      kind: 'ADDED',
      reviewId,
      edge: { node: { id: reviewId } },
      product: { rating: { reviewCount: 1 } },
    });
  });

  test('leaves reviewAdded as it was', async () => {
    const { author, id } = await scene();
    const added = await plaza.subscribe(`subscription { reviewAdded(productId: "${id}") { review { id } } }`);
    const { id: reviewId } = (await plaza.review(author, id)).review;
    await made('updateReview', { reviewId, title: 'Better' }, 'review { id }', author);
    await made('deleteReview', { reviewId }, 'deletedReviewId', author);
    const last = (await plaza.review(await plaza.account(), id)).review.id as string;
    await added.next();
    expect((await added.next()).data.reviewAdded).toEqual({ review: { id: last } });
  });
});

describe('questionChanged and answerChanged', () => {
  test('tell of questions, and of their answers as edits', async () => {
    const { merchant, author, id } = await scene();
    const { next } = await watch('questionChanged', id);
    const questionId = await ask(author, id);
    expect(await next()).toMatchObject({
      kind: 'ADDED',
      questionId,
      edge: { node: { id: questionId } },
      answerChange: null,
      product: { id },
    });
    const answers = await watch('answerChanged', questionId);
    const answerId = await answer(merchant, questionId);
    const added = { kind: 'ADDED', answerId, edge: { node: { id: answerId } } };
    expect(await next()).toMatchObject({ kind: 'EDITED', questionId, question: { answerCount: 1 }, answerChange: added });
    expect(await answers.next()).toMatchObject({ ...added, question: { id: questionId, answerCount: 1 } });
    await made('acceptAnswer', { answerId }, 'answer { id }', author);
    expect(await next()).toMatchObject({ question: { acceptedAnswer: { id: answerId } }, answerChange: { answer: { accepted: true } } });
    expect(await answers.next()).toMatchObject({ kind: 'EDITED', answerId });
    await made('editAnswer', { answerId, body: 'No' }, 'answer { id }', merchant);
    expect(await next()).toMatchObject({ kind: 'EDITED', answerChange: { kind: 'EDITED', answer: { body: 'No' } } });
    await made('deleteAnswer', { answerId }, 'deletedAnswerId', merchant);
    expect(await next()).toMatchObject({ question: { answerCount: 0 }, answerChange: { kind: 'REMOVED', answerId, answer: null } });
    await made('deleteQuestion', { questionId }, 'deletedQuestionId', author);
    expect(await next()).toMatchObject({ kind: 'REMOVED', questionId, question: null, edge: null });
  });

  test('bring nothing about the questions of those whom the viewer blocks, whoever answers', async () => {
    const { merchant, author, id } = await scene();
    const viewer = await plaza.account();
    const questionId = await ask(author, id);
    await made('blockUser', { userId: author.id }, 'user { id }', viewer);
    const { next } = await watch('questionChanged', id, viewer);
    await answer(merchant, questionId);
    const other = await ask(merchant, id);
    expect(await next()).toMatchObject({ kind: 'ADDED', questionId: other });
  });

  test('show no answer of a question that is hidden', async () => {
    const { merchant, author, id } = await scene();
    const questionId = await ask(author, id);
    const answerId = await answer(merchant, questionId);
    const { next } = await watch('questionChanged', id);
    await moderate(questionId, 'HIDE');
    expect(await next()).toMatchObject({ kind: 'REMOVED', questionId });
    await made('editAnswer', { answerId, body: 'No' }, 'answer { id }', merchant);
    expect(await next()).toMatchObject({ kind: 'REMOVED', questionId, question: null, answerChange: null });
    await moderate(questionId, 'RESTORE');
    expect(await next()).toMatchObject({ kind: 'ADDED', questionId, question: { answerCount: 1 } });
  });
});

describe('a change of what has gone by the time that it is told', () => {
  test('is a removal of the comment', async () => {
    const { author, id } = await scene();
    const { product } = await plaza.data('query ($id: ID!) { product(id: $id) { comments { liveCursor } } }', { id });
    const commentId = await comment(author, id);
    await made('editComment', { commentId, body: 'Two' }, 'comment { id }', author);
    await made('deleteComment', { commentId }, 'deletedCommentId', author);
    const last = await comment(author, id);
    const { next } = await watch('commentChanged', id, undefined, product.comments.liveCursor);
    const gone = { kind: 'REMOVED', commentId, comment: null, edge: null };
    expect([await next(), await next(), await next()]).toMatchObject([gone, gone, gone]);
    expect(await next()).toMatchObject({ kind: 'ADDED', edge: { node: { id: last } } });
  });

  test('is a removal of the review, the question and the answer', async () => {
    const { merchant, author, id } = await scene();
    const query = 'query ($id: ID!) { product(id: $id) { reviews { liveCursor } questions { liveCursor } } }';
    const { product } = await plaza.data(query, { id });
    const reviewId = (await plaza.review(author, id)).review.id;
    await made('deleteReview', { reviewId }, 'deletedReviewId', author);
    const kept = await ask(author, id);
    const answerId = await answer(merchant, kept);
    await made('deleteAnswer', { answerId }, 'deletedAnswerId', merchant);
    const questionId = await ask(author, id);
    await made('deleteQuestion', { questionId }, 'deletedQuestionId', author);
    const reviews = await watch('reviewChanged', id, undefined, product.reviews.liveCursor);
    expect(await reviews.next()).toMatchObject({ kind: 'REMOVED', reviewId, review: null, edge: null });
    const questions = await watch('questionChanged', id, undefined, product.questions.liveCursor);
    expect(await questions.next()).toMatchObject({ kind: 'ADDED', questionId: kept });
    const answerGone = { kind: 'EDITED', questionId: kept, answerChange: { kind: 'REMOVED', answerId, answer: null, edge: null } };
    expect([await questions.next(), await questions.next()]).toMatchObject([answerGone, answerGone]);
    expect(await questions.next()).toMatchObject({ kind: 'REMOVED', questionId, question: null, edge: null });
  });
});

describe('a subscription', () => {
  const unknown = (type: string): string => Buffer.from(`${type}:${'0'.repeat(24)}`).toString('base64url');

  test.each([
    ['commentAdded', 'subjectId', 'Product'],
    ['commentChanged', 'subjectId', 'Review'],
    ['reviewAdded', 'productId', 'Product'],
    ['reviewChanged', 'productId', 'Product'],
    ['ratingChanged', 'productId', 'Product'],
    ['questionAsked', 'productId', 'Product'],
    ['questionChanged', 'productId', 'Product'],
    ['answerAdded', 'questionId', 'Question'],
    ['answerChanged', 'questionId', 'Question'],
  ])('to %s of what does not exist is refused', async (name, argument, type) => {
    const events = await plaza.subscribe(`subscription { ${name}(${argument}: "${unknown(type)}") { cursor } }`);
    expect(events.admitted).toBe(false);
    expect(await events.next()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND', argument } }] });
  });

  test('to the comments of what takes none is refused', async () => {
    const { author } = await scene();
    const events = await plaza.subscribe(`subscription { commentAdded(subjectId: "${author.id}") { cursor } }`);
    expect(await events.next()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: 'subjectId' } }] });
  });

  test('to what the viewer may not see is refused', async () => {
    const { author, id } = await scene();
    const viewer = await plaza.account();
    const { id: reviewId } = (await plaza.review(author, id)).review;
    await made('blockUser', { userId: author.id }, 'user { id }', viewer);
    const { events } = await watch('commentChanged', reviewId, viewer);
    expect(await events.next()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });

  test('ends when its subject is deleted', async () => {
    const { merchant, author, id } = await scene();
    const { id: reviewId } = (await plaza.review(author, id)).review;
    const questionId = await ask(author, id);
    const answerId = await answer(merchant, questionId);
    const { share } = await made('shareProduct', { productId: id, channel: 'FOLLOWERS' }, 'share { id }', author);
    const other = await ask(author, id);
    const watched = [reviewId, answerId, share.id].map((subject: string) => watch('commentChanged', subject));
    const all = await Promise.all([...watched, watch('answerChanged', other)]);
    await made('deleteReview', { reviewId }, 'deletedReviewId', author);
    await made('deleteAnswer', { answerId }, 'deletedAnswerId', merchant);
    await made('deleteShare', { shareId: share.id }, 'deletedShareId', author);
    await made('deleteQuestion', { questionId: other }, 'deletedQuestionId', author);
    for (const { events } of all) await ends(events);
  });

  test('ends when its subject is hidden, also with what that belongs to, after what came before', async () => {
    const { merchant, author, id } = await scene();
    const questionId = await ask(author, id);
    const answerId = await answer(merchant, questionId);
    const [comments, answers] = [await watch('commentChanged', answerId), await watch('answerChanged', questionId)];
    await comment(author, answerId, 'Thanks');
    await moderate(questionId, 'HIDE');
    expect(await comments.next()).toMatchObject({ comment: { body: 'Thanks' } });
    await ends(comments.events);
    await ends(answers.events);
  });

  test('ends for the viewer alone whose block hides its subject', async () => {
    const { author, id } = await scene();
    const [viewer, other] = [await plaza.account(), await plaza.account()];
    const { id: reviewId } = (await plaza.review(author, id)).review;
    const [theirs, others] = [await watch('commentChanged', reviewId, viewer), await watch('commentChanged', reviewId, other)];
    await made('blockUser', { userId: viewer.id }, 'user { id }', author);
    await ends(theirs.events);
    await comment(other, reviewId, 'Still here');
    expect(await others.next()).toMatchObject({ comment: { body: 'Still here' } });
  });

  test('goes on after its subject was hidden and put back, where it resumes', async () => {
    const { author, id } = await scene();
    const { id: reviewId } = (await plaza.review(author, id)).review;
    const { next } = await watch('commentChanged', reviewId);
    await comment(author, reviewId, 'First');
    const { cursor } = await next();
    await moderate(reviewId, 'HIDE');
    await moderate(reviewId, 'RESTORE');
    await comment(author, reviewId, 'Second');
    const resumed = await watch('commentChanged', reviewId, undefined, cursor);
    expect(await resumed.next()).toMatchObject({ comment: { body: 'Second' } });
  });

  test('ends over event streams too, and is refused there', async () => {
    const { author, id } = await scene();
    const { id: reviewId } = (await plaza.review(author, id)).review;
    const client = createStreamClient({ url: `${plaza.url}/graphql`, singleConnection: false, retryAttempts: 0 });
    const events = client.iterate({ query: watching['commentChanged']!, variables: { id: reviewId } });
    let first!: ReturnType<typeof events.next>;
    await plaza.admits(1, () => (first = events.next()));
    await made('deleteReview', { reviewId }, 'deletedReviewId', author);
    expect(await first).toMatchObject({ done: true });
    const refused = client.iterate({ query: watching['commentChanged']!, variables: { id: reviewId } });
    expect((await refused.next()).value).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    client.dispose();
  });
});

describe('a list and its stream, joined by liveCursor', () => {
  interface Joined {
    read: string;
    path: string[];
    name: string;
    stream: (id: string, after: string) => string;
  }

  const joined: Record<string, Joined> = {
    comments: {
      read: 'product(id: $id) { list: comments { liveCursor edges { node { id } } } }',
      path: ['product'],
      name: 'commentChanged',
      stream: (id, after) => `commentChanged(subjectId: "${id}", after: "${after}") { item: comment { id } }`,
    },
    reviews: {
      read: 'product(id: $id) { list: reviews { liveCursor edges { node { id } } } }',
      path: ['product'],
      name: 'reviewAdded',
      stream: (id, after) => `reviewAdded(productId: "${id}", after: "${after}") { item: review { id } }`,
    },
    questions: {
      read: 'product(id: $id) { list: questions { liveCursor edges { node { id } } } }',
      path: ['product'],
      name: 'questionAsked',
      stream: (id, after) => `questionAsked(productId: "${id}", after: "${after}") { item: question { id } }`,
    },
  };

  const write: Record<string, (author: Account, id: string) => Promise<string>> = {
    comments: (author, id) => comment(author, id),
    reviews: async (author, id) => (await plaza.review(author, id)).review.id as string,
    questions: ask,
  };

  test.each(Object.keys(joined))('%s: what is written before, meanwhile and after arrives once, with no gap', async (kind) => {
    const { id } = await scene();
    const { read, path, name, stream } = joined[kind]!;
    const add = async () => write[kind]!(await plaza.account(), id);
    const written = [await add(), await add()];
    const data = await plaza.data(`query ($id: ID!) { ${read} }`, { id });
    const { list } = data[path[0]!];
    const seen: string[] = list.edges.map(({ node }: { node: { id: string } }) => node.id);
    written.push(...(await Promise.all([add(), add(), add()])));
    const events = await plaza.subscribe(`subscription { ${stream(id, list.liveCursor as string)} }`);
    written.push(await add());
    for (let at = 0; at < 4; at++) seen.push((await events.next()).data[name].item.id);
    expect([...seen].sort()).toEqual([...written].sort());
  });

  test('nothing is lost while others write all the time', async () => {
    const { id } = await scene();
    const authors = await Promise.all(Array.from({ length: 4 }, () => plaza.account()));
    const written = new Set<string>();
    const writing = Promise.all(
      authors.map(async (author) => {
        for (let at = 0; at < 8; at++) written.add(await comment(author, id, `${author.handle} ${at}`));
      }),
    );
    const { product } = await plaza.data(`query ($id: ID!) { ${joined['comments']!.read} }`, { id });
    const seen = new Set<string>(product.list.edges.map(({ node }: { node: { id: string } }) => node.id));
    const events = await plaza.subscribe(`subscription { ${joined['comments']!.stream(id, product.list.liveCursor as string)} }`);
    await writing;
    const last = await comment(authors[0]!, id, 'Last');
    for (let item = ''; item !== last; seen.add(item)) item = (await events.next()).data.commentChanged.item.id;
    expect(seen).toEqual(new Set([...written, last]));
  });

  test('answers, replies, notifications and the feed have one each; lists without a stream have none', async () => {
    const { merchant, author, id } = await scene();
    const questionId = await ask(author, id);
    const commentId = await comment(author, id);
    await made('followUser', { userId: merchant.id }, 'user { id }', author);
    const { question, node, viewer, user } = await plaza.data(
      `query ($question: ID!, $comment: ID!, $handle: String!) {
        question: node(id: $question) { ... on Question { answers { liveCursor } } }
        node(id: $comment) { ... on Comment { replies { liveCursor } } }
        viewer { id notifications { liveCursor } feed { liveCursor } }
        user(handle: $handle) { reviews { liveCursor } }
      }`,
      { question: questionId, comment: commentId, handle: author.handle },
      author.token,
    );
    expect(user.reviews.liveCursor).toBeNull();
    const after = (cursor: string) => `after: "${cursor}"`;
    const streams = {
      answerAdded: `(questionId: "${questionId}", ${after(question.answers.liveCursor as string)}) { item: answer { id } }`,
      commentAdded: `(subjectId: "${id}", ${after(node.replies.liveCursor as string)}) { item: comment { id } }`,
      notificationReceived: `(${after(viewer.notifications.liveCursor as string)}) { edge { node { id } } viewer { id unreadNotificationCount } item: notification { id } }`,
      feedItemAdded: `(${after(viewer.feed.liveCursor as string)}) { edge { cursor node { id } } viewer { id } item: feedItem { id } }`,
    };
    const answerId = await answer(merchant, questionId);
    const replyId = await comment(author, id, 'A reply', commentId);
    await plaza.settle('feed fan-out');
    const first = async (name: keyof typeof streams) =>
      (await (await plaza.subscribe(`subscription { ${name}${streams[name]} }`, {}, author.token)).next()).data[name];
    expect(await first('answerAdded')).toEqual({ item: { id: answerId } });
    expect(await first('commentAdded')).toEqual({ item: { id: replyId } });
    const notification = await first('notificationReceived');
    expect(notification).toMatchObject({ edge: { node: notification.item }, viewer: { id: viewer.id, unreadNotificationCount: 1 } });
    const feedItem = await first('feedItemAdded');
    const { viewer: after2 } = await plaza.data('{ viewer { feed { edges { cursor node { id } } } } }', {}, author.token);
    expect(feedItem).toMatchObject({ edge: after2.feed.edges[0], viewer: { id: viewer.id } });
  });
});

describe('the payload of a deletion', () => {
  test('gives what it was about, with its new counts', async () => {
    const { merchant, author, id } = await scene();
    const { id: reviewId } = (await plaza.review(author, id)).review;
    const review = await made('deleteReview', { reviewId }, 'deletedReviewId product { id rating { reviewCount } }', author);
    expect(review).toMatchObject({ deletedReviewId: reviewId, product: { id, rating: { reviewCount: 0 } } });
    const questionId = await ask(author, id);
    const answerId = await answer(merchant, questionId);
    const deletedAnswer = await made('deleteAnswer', { answerId }, 'deletedAnswerId question { id answerCount }', merchant);
    expect(deletedAnswer).toMatchObject({ deletedAnswerId: answerId, question: { id: questionId, answerCount: 0 } });
    const question = await made(
      'deleteQuestion',
      { questionId },
      'deletedQuestionId product { id questions { edges { node { id } } } }',
      author,
    );
    expect(question).toMatchObject({ deletedQuestionId: questionId, product: { id, questions: { edges: [] } } });
    const { share } = await made('shareProduct', { productId: id, channel: 'FOLLOWERS' }, 'share { id }', author);
    expect(await made('deleteShare', { shareId: share.id }, 'product { id }', author)).toMatchObject({ product: { id } });
  });

  test('of a comment gives its subject, its parent and the place that is kept', async () => {
    const { author, id } = await scene();
    const top = await comment(author, id);
    const reply = await comment(author, id, 'A reply', top);
    const selection = 'comment { id body } parent { id replyCount } subject { ... on Product { id comments { totalCount } } }';
    expect(await made('deleteComment', { commentId: reply }, selection, author)).toMatchObject({
      comment: null,
      parent: { id: top, replyCount: 0 },
      subject: { id, comments: { totalCount: 1 } },
    });
    await comment(author, id, 'Another reply', top);
    expect(await made('deleteComment', { commentId: top }, selection, author)).toMatchObject({
      comment: { id: top, body: '' },
      parent: null,
    });
  });

  test('marking notifications read gives them', async () => {
    const { merchant, author, id } = await scene();
    await ask(author, id);
    await ask(author, id);
    const selection = 'notifications { id readAt } viewer { id unreadNotificationCount } unreadNotificationCount';
    const { viewer } = await plaza.data('{ viewer { id notifications { edges { node { id } } } } }', {}, merchant.token);
    const [one, two] = viewer.notifications.edges.map(({ node }: { node: { id: string } }) => node.id);
    const some = await made('markNotificationsRead', { notificationIds: [one] }, selection, merchant);
    const read = (notification: string) => ({ id: notification, readAt: expect.any(String) as string });
    expect(some).toMatchObject({
      notifications: [read(one)],
      viewer: { id: viewer.id, unreadNotificationCount: 1 },
      unreadNotificationCount: 1,
    });
    expect(await made('markNotificationsRead', {}, selection, merchant)).toMatchObject({
      notifications: [read(two)],
      unreadNotificationCount: 0,
    });
  });
});

describe('whoever resumes', () => {
  const names = `subscription ($id: ID!, $after: String) { commentAdded(subjectId: $id, after: $after) { cursor comment { body author { name } } } }`;

  test('is told of people as they are by then, also where others were told before', async () => {
    const { author, id } = await scene();
    const next = async (events: LiveEvents) => (await events.next()).data.commentAdded;
    const live = await plaza.subscribe(names, { id });
    await comment(author, id, 'first');
    const { cursor: after } = await next(live);
    await comment(author, id, 'second');
    const before = await next(live);
    const resumed = async () => {
      const events = await plaza.subscribe(names, { id, after });
      const { comment } = await next(events);
      events.stop();
      return comment;
    };
    expect(await resumed()).toEqual(before.comment);
    await made('updateProfile', { name: 'Quite another' }, 'user { id }', author);
    expect(await resumed()).toEqual({ body: 'second', author: { name: 'Quite another' } });
    await made('eraseMe', { confirm: true, password: author.password }, 'erased', author);
    expect((await resumed())?.author?.name ?? null).toBeNull();
  });
});
