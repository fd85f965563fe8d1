/**
 * The door: whatever a mutation is given the id of, where the viewer may not see it, the mutation answers as though it
 * did not exist, and writes nothing. Every mutation of the schema that takes an id is tried with every kind of object.
 */
import { getNamedType, isCompositeType, isInputObjectType, isObjectType, type GraphQLSchema } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import { describedSchema } from '../support/described-schema.js';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();

let schema: GraphQLSchema;
let actor: Account;
let moderator: Account;
let productId: string;

/** Why the actor must not see an object. */
const reasons = ['hidden', 'of an author who blocked the viewer', 'of an author whom the viewer blocked'] as const;
type Reason = (typeof reasons)[number];

async function made(name: string, input: object, selection: string, { token }: Account) {
  const payload = await plaza.mutate(name, input, selection, token);
  if (payload.userErrors.length > 0) throw new Error(`${name}: ${JSON.stringify(payload.userErrors)}`);
  return payload;
}

/** An object of a new author, about a product or a question of the actor. */
const make: Record<string, (author: Account) => Promise<string>> = {
  Review: async (author) => (await plaza.review(author, productId)).review.id,
  Comment: async (author) => (await made('addComment', { subjectId: productId, body: 'Hi' }, 'comment { id }', author)).comment.id,
  Question: async (author) => (await made('askQuestion', { productId, body: 'Blue?' }, 'question { id }', author)).question.id,
  async Answer(author) {
    const { question } = await made('askQuestion', { productId, body: 'Red?' }, 'question { id }', actor);
    return (await made('answerQuestion', { questionId: question.id, body: 'Yes' }, 'answer { id }', author)).answer.id;
  },
  Share: async (author) => (await made('shareProduct', { productId, channel: 'FOLLOWERS' }, 'share { id }', author)).share.id,
  Referral: async (author) =>
    (await made('referProduct', { productId, toUserIds: [actor.id] }, 'referrals { id }', author)).referrals[0].id,
  MerchantFeedback: async (author) =>
    (await made('sendMerchantFeedback', { merchantId: actor.id, kind: 'NEED', body: 'A lid' }, 'feedback { id }', author)).feedback.id,
  User: async (author) => author.id,
};

const hideable = new Set(['Review', 'Comment', 'Question', 'Answer', 'Share']);

async function unseen(type: string, reason: Reason): Promise<string> {
  const author = await plaza.account({ merchant: true });
  const id = await make[type]!(author);
  if (reason === 'hidden') await made('moderateContent', { contentId: id, action: 'HIDE', reason: 'x' }, 'entry { createdAt }', moderator);
  else if (reason === 'of an author who blocked the viewer') await made('blockUser', { userId: actor.id }, 'user { id }', author);
  else await made('blockUser', { userId: author.id }, 'user { id }', actor);
  return id;
}

const missing = (type: string): string => Buffer.from(`${type}:${'0'.repeat(24)}`).toString('base64url');

type Try = { types: string[]; input: (id: string) => object };
const all = ['Review', 'Comment', 'Question', 'Answer', 'Share'];
const of = (types: string | string[], input: (id: string) => object): Try => ({ types: [types].flat(), input });

/** Every id that a mutation takes of what somebody wrote, sent, or is. */
const tries: Record<string, Try> = {
  'voteReview.reviewId': of('Review', (reviewId) => ({ reviewId, vote: 'HELPFUL' })),
  'respondToReview.reviewId': of('Review', (reviewId) => ({ reviewId, body: 'Thanks' })),
  'updateReview.reviewId': of('Review', (reviewId) => ({ reviewId, title: 'New' })),
  'deleteReview.reviewId': of('Review', (reviewId) => ({ reviewId })),
  'addComment.subjectId': of(['Review', 'Answer', 'Share'], (subjectId) => ({ subjectId, body: 'Hello' })),
  'addComment.parentId': of('Comment', (parentId) => ({ subjectId: productId, parentId, body: 'Hello' })),
  'editComment.commentId': of('Comment', (commentId) => ({ commentId, body: 'New' })),
  'deleteComment.commentId': of('Comment', (commentId) => ({ commentId })),
  'reactToComment.commentId': of('Comment', (commentId) => ({ commentId, reaction: 'LIKE' })),
  'deleteQuestion.questionId': of('Question', (questionId) => ({ questionId })),
  'answerQuestion.questionId': of('Question', (questionId) => ({ questionId, body: 'Yes' })),
  'editAnswer.answerId': of('Answer', (answerId) => ({ answerId, body: 'No' })),
  'deleteAnswer.answerId': of('Answer', (answerId) => ({ answerId })),
  'acceptAnswer.answerId': of('Answer', (answerId) => ({ answerId })),
  'voteAnswer.answerId': of('Answer', (answerId) => ({ answerId, vote: 'HELPFUL' })),
  'deleteShare.shareId': of('Share', (shareId) => ({ shareId })),
  'reportContent.contentId': of([...all, 'User'], (contentId) => ({ contentId, reason: 'SPAM' })),
  'appealModeration.contentId': of([...all, 'User'], (contentId) => ({ contentId, body: 'Please' })),
  'respondToReferral.referralId': of('Referral', (referralId) => ({ referralId, response: 'SEEN' })),
  'answerMerchantFeedback.feedbackId': of('MerchantFeedback', (feedbackId) => ({ feedbackId, body: 'Soon' })),
  'referProduct.toUserIds': of('User', (id) => ({ productId, toUserIds: [id] })),
  'sendMerchantFeedback.merchantId': of('User', (merchantId) => ({ merchantId, kind: 'NEED', body: 'A lid' })),
  'followUser.userId': of('User', (userId) => ({ userId })),
};

/** Ids of what everybody sees, of what is the viewer's own alone, and those that staff decides about. */
const others = new Set([
  ...['createProduct.categoryId', 'updateProduct.productId', 'updateProduct.categoryId', 'createCategory.parentId'],
  ...['archiveProduct.productId', 'unarchiveProduct.productId', 'updateCategory.categoryId', 'updateCategory.parentId'],
  ...['deleteCategory.categoryId', 'createReview.productId'],
  ...['askQuestion.productId', 'shareProduct.productId', 'referProduct.productId', 'sendMerchantFeedback.productId', 'placeOrder.items'],
  ...['revokeSession.sessionId', 'revokeApiKey.apiKeyId', 'upsertProducts.merchantId'],
  ...['updateProfile.avatarId', 'createProduct.imageIds', 'updateProduct.imageIds', 'createReview.imageIds', 'updateReview.imageIds'],
  ...['updateWebhook.webhookId', 'deleteWebhook.webhookId', 'rotateWebhookSecret.webhookId', 'pingWebhook.webhookId'],
  'redeliverWebhook.deliveryId',
  ...['createIntegration.merchantId', 'rotateIntegrationSecret.integrationId', 'deleteIntegration.integrationId'],
  'retryIntegrationMessage.messageId',
  ...['updateOrderStatus.orderId', 'trackEvents.events', 'markNotificationsRead.notificationIds', 'moderateContent.contentId'],
  ...['setUserRoles.userId', 'recordRecommendationFeedback.impressionId', 'undoDismissal.productId'],
  // They only take back what the viewer did.
  ...['unfollowUser.userId', 'blockUser.userId', 'unblockUser.userId'],
]);

/** `mutation.field` for every field of an input that is an id, a list of them, or holds one. */
function idFields(): string[] {
  return Object.values(schema.getMutationType()!.getFields()).flatMap((mutation) =>
    mutation.args.flatMap(({ type }) => {
      const input = getNamedType(type);
      if (!isInputObjectType(input)) return [];
      const fields = Object.values(input.getFields()).filter((field) => {
        const named = getNamedType(field.type);
        return (
          named.name === 'ID' ||
          (isInputObjectType(named) && Object.values(named.getFields()).some((inner) => getNamedType(inner.type).name === 'ID'))
        );
      });
      return fields.map(({ name }) => `${mutation.name}.${name}`);
    }),
  );
}

async function answerTo(mutation: string, input: object) {
  const field = schema.getMutationType()!.getFields()[mutation]!;
  const payload = getNamedType(field.type);
  if (!isObjectType(payload)) throw new Error(`${mutation} answers no object`);
  const shown = Object.values(payload.getFields())
    .filter(({ name }) => name !== 'userErrors')
    .map(({ name, type }) => (isCompositeType(getNamedType(type)) ? `${name} { __typename }` : name));
  const inputType = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  const query = `mutation ($input: ${inputType}!) { ${mutation}(input: $input) { ${shown.join(' ')} userErrors { code message field } } }`;
  const { data, errors } = await plaza.query(query, { input }, actor.token);
  return { data, errors: errors?.map(({ message, extensions }) => ({ message, ...extensions })) };
}

/** Every document but those that the feeds' worker moves. */
async function everything(): Promise<string[]> {
  const collections = await plaza.connection.db!.listCollections().toArray();
  const names = collections.map(({ name }) => name).filter((name) => !['activities', 'feed_items', 'outgoing_mail'].includes(name));
  const documents = await Promise.all(names.map((name) => plaza.connection.collection(name).find().toArray()));
  return documents
    .flat()
    .map((document) => JSON.stringify(document))
    .sort();
}

beforeAll(async () => {
  schema = await describedSchema();
  [actor, moderator] = await Promise.all([plaza.account({ merchant: true }), plaza.account({ role: 'MODERATOR' })]);
  productId = await plaza.product(actor);
});

test('every id that a mutation takes is tried, or is of what everybody sees', () => {
  expect(idFields().filter((field) => !(field in tries) && !others.has(field))).toEqual([]);
  expect([...Object.keys(tries), ...others].filter((field) => !idFields().includes(field))).toEqual([]);
});

for (const [field, { types, input }] of Object.entries(tries))
  for (const type of types)
    for (const reason of reasons.filter((each) => each !== 'hidden' || hideable.has(type)))
      test(`${field} of a ${type} that is ${reason} is answered as one that does not exist, and changes nothing`, async () => {
        const mutation = field.split('.')[0]!;
        const id = await unseen(type, reason);
        await plaza.settle('review topics');
        const before = await everything();
        const answer = await answerTo(mutation, input(id));
        expect(answer).toEqual(await answerTo(mutation, input(missing(type))));
        expect(JSON.stringify(answer)).toContain('NOT_FOUND');
        expect(await everything()).toEqual(before);
      });

test('what is not seen is no node, alone or among others', async () => {
  for (const type of [...all, 'Referral', 'MerchantFeedback'])
    for (const reason of reasons.filter((each) => each !== 'hidden' || hideable.has(type))) {
      const id = await unseen(type, reason);
      const query = 'query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }';
      expect(await plaza.data(query, { id }, actor.token), `${type} ${reason}`).toEqual({ node: null, nodes: [null] });
    }
});

test('comments and answers are seen with what they are about only', async () => {
  const [author, reader] = [await plaza.account(), await plaza.account()];
  const question = await make['Question']!(author);
  const { answer } = await made('answerQuestion', { questionId: question, body: 'Yes' }, 'answer { id }', reader);
  const { comment } = await made('addComment', { subjectId: answer.id, body: 'Sure?' }, 'comment { id }', author);
  await made('moderateContent', { contentId: question, action: 'HIDE', reason: 'x' }, 'entry { createdAt }', moderator);
  const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
  expect(await plaza.data(query, { ids: [answer.id, comment.id] }, actor.token)).toEqual({ nodes: [null, null] });
  for (const [mutation, input] of [
    ['voteAnswer', { answerId: answer.id, vote: 'HELPFUL' }],
    ['addComment', { subjectId: answer.id, body: 'Hm' }],
    ['reactToComment', { commentId: comment.id, reaction: 'LIKE' }],
    ['reportContent', { contentId: comment.id, reason: 'SPAM' }],
  ] as const)
    expect(JSON.stringify(await answerTo(mutation, input)), mutation).toContain('NOT_FOUND');
});
