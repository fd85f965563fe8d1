/**
 * Every list of the API that is read from the store, with each of its filters and orders, and rows for it: as many
 * as wanted, equal in all that the list is ordered by but the last field, so that a page deep in them is the
 * hardest to find. Few of them are what its filters look for.
 */
import { Types } from 'mongoose';
import type { ListDefinition } from '../../src/relay/connection.js';
import type { Database } from '../../src/store/database.js';
import type { AnyModel } from '../../src/store/documents.js';
import { importRunModel } from '../../src/modules/import-run/import-run.model.js';
import { importRunList } from '../../src/modules/import-run/import-run.service.js';
import { accessModel } from '../../src/modules/access-log/access-log.model.js';
import { accessList } from '../../src/modules/access-log/access-log.service.js';
import { apiKeyModels } from '../../src/modules/api-key/api-key.model.js';
import { apiKeyList } from '../../src/modules/api-key/api-key.service.js';
import { catalogModels } from '../../src/modules/catalog/catalog.model.js';
import { categoryList } from '../../src/modules/catalog/category.service.js';
import type { ProductConditions } from '../../src/modules/catalog/product-filter.js';
import { archivedList, productList, type ProductOrder } from '../../src/modules/catalog/product-list.js';
import { commentList, replyList } from '../../src/modules/comment/comment.lists.js';
import { commentModels } from '../../src/modules/comment/comment.model.js';
import { feedModels } from '../../src/modules/feed/feed.model.js';
import { feedList } from '../../src/modules/feed/feed.service.js';
import { feedbackModels } from '../../src/modules/feedback/feedback.model.js';
import { productTallies, receivedFeedback, sentFeedback } from '../../src/modules/feedback/feedback.service.js';
import { auditTrail, decisionsAbout, openCases, reportList } from '../../src/modules/moderation/moderation.lists.js';
import { messageList } from '../../src/modules/integration/inbox.service.js';
import { integrationModels } from '../../src/modules/integration/integration.model.js';
import { integrationList } from '../../src/modules/integration/integration.service.js';
import { invitationModels } from '../../src/modules/invitation/invitation.model.js';
import { invitationList } from '../../src/modules/invitation/invitation.service.js';
import { moderationModels } from '../../src/modules/moderation/moderation.model.js';
import { notificationModels } from '../../src/modules/notification/notification.model.js';
import { notificationList } from '../../src/modules/notification/notification.service.js';
import { orderModels } from '../../src/modules/order/order.model.js';
import { orderList, salesList } from '../../src/modules/order/order.service.js';
import { answerList } from '../../src/modules/question/answer.service.js';
import { questionModels } from '../../src/modules/question/question.model.js';
import { questionList } from '../../src/modules/question/question.service.js';
import { referralModels } from '../../src/modules/referral/referral.model.js';
import { receivedReferrals, sentReferrals } from '../../src/modules/referral/referral.service.js';
import { digestVersion } from '../../src/opinions/index.js';
import { reviewList, reviewsBy, revisionList } from '../../src/modules/review/review-list.js';
import { traitsOf } from '../../src/modules/review/review-traits.js';
import { reviewModels } from '../../src/modules/review/review.model.js';
import { shareModels } from '../../src/modules/share/share.model.js';
import { shareList } from '../../src/modules/share/share.service.js';
import { blockList } from '../../src/modules/social-graph/block.service.js';
import { followeesOf, followersOf } from '../../src/modules/social-graph/follow.service.js';
import { socialGraphModels } from '../../src/modules/social-graph/social-graph.model.js';
import { sessionList } from '../../src/modules/user/session.service.js';
import { userModels } from '../../src/modules/user/user.model.js';
import { webhookModels } from '../../src/modules/webhook/webhook.model.js';
import { deliveryList, webhookList } from '../../src/modules/webhook/webhook.service.js';

export interface ListedRows {
  /** The fields of the API that read the lists, as `Type.field`. */
  fields: string[];
  model: AnyModel;
  /** By what is asked for. */
  lists: Record<string, ListDefinition>;
  row: (isRare: boolean, at: number) => Record<string, unknown>;
}

/** Lists of the API whose items are chosen in memory, among a bounded number. */
export const listsInMemory = [
  'Product.boughtTogether',
  'Product.recommendedReviews',
  'Product.similarProducts',
  'Product.similarQuestions',
  'Query.searchProducts',
  'Query.searchQuestions',
  'Query.searchUsers',
  'Query.trendingProducts',
  'Viewer.recommendedProducts',
  'Viewer.recommendedQuestions',
  'Viewer.recommendedUsers',
  'Viewer.similarUsers',
];

const year = 365 * 24 * 3600 * 1000;
const then = new Date('2026-01-01');
const parent = new Types.ObjectId('0123456789abcdef01234567');
const product = new Types.ObjectId('0123456789abcdef01234568');

/** Something else for each row, where a key must be unique. */
function other(at: number): Types.ObjectId {
  return new Types.ObjectId(at.toString(16).padStart(24, '0'));
}

/** Makes the models of all of them. */
export function everyList(database: Database): ListedRows[] {
  return [
    ...reviewLists(database),
    ...catalogLists(database),
    ...conversationLists(database),
    ...moderationLists(database),
    ...personalLists(database),
    ...integrationLists(database),
  ];
}

function reviewLists(database: Database): ListedRows[] {
  const { reviews, revisions } = reviewModels(database);
  const sorts = ['HELPFUL', 'NEWEST', 'OLDEST', 'HIGHEST', 'LOWEST'] as const;
  const filters = {
    all: {},
    rating: { rating: 5 },
    verified: { verified: true },
    withImages: { withImages: true },
    'without images': { withImages: false },
    'rating, verified, withImages': { rating: 5, verified: true, withImages: true },
    topic: { topic: 'battery' },
    'topic, rating': { topic: 'battery', rating: 5 },
  };
  const review = (isRare: boolean, at: number): Record<string, unknown> => {
    const stars = isRare ? 5 : 4;
    const imageUrls = isRare ? ['https://example.org/a.png'] : [];
    const source = { stars, verifiedPurchase: isRare, imageUrls };
    return {
      product: parent,
      author: other(at),
      ...source,
      traits: traitsOf(source),
      ...{ points: 250, helpfulness: 0.2, visible: true, createdAt: then, editedAt: null, response: null },
      digest: { version: digestVersion, language: 'en', mentions: [], aspects: isRare ? ['battery', 'price'] : ['price'] },
    };
  };
  return [
    {
      fields: ['Product.reviews'],
      model: reviews,
      lists: combined(filters, sorts, (filter, sort) => reviewList(parent, [], filter, sort)),
      row: review,
    },
    {
      fields: ['User.reviews'],
      model: reviews,
      lists: { all: reviewsBy(parent) },
      row: (isRare, at) => ({ ...review(isRare, at), product: other(at), author: parent }),
    },
    {
      fields: ['Review.revisions'],
      model: revisions,
      lists: { all: revisionList(parent) },
      row: (isRare) => ({ review: parent, author: parent, at: then, ...(!isRare && { hidden: true }) }),
    },
  ];
}

function catalogLists(database: Database): ListedRows[] {
  const { categories, products } = catalogModels(database);
  const sorts: ProductOrder[] = ['NEWEST', 'TOP_RATED', 'PRICE_LOWEST', 'PRICE_HIGHEST'];
  const currency = 'EUR';
  const filters = {
    all: { conditions: { currency } },
    category: { conditions: { currency }, categories: [parent] },
    'categories below': { conditions: { currency }, categories: [parent, product] },
    merchant: { conditions: { currency, merchant: parent } },
    brand: { conditions: { currency, brands: ['rare'] } },
    brands: { conditions: { currency, brands: ['rare', 'rarer'] } },
  };
  const priced = { conditions: { currency, price: { currency, min: 50, max: 150 } } };
  const ofMerchant = { conditions: { ...priced.conditions, merchant: parent } };
  const byPrice: ProductOrder[] = ['PRICE_LOWEST', 'PRICE_HIGHEST'];
  const item = productRow;
  return [
    {
      fields: ['Query.products', 'Category.products'],
      model: products,
      lists: combined(filters, sorts, ({ conditions, ...rest }, sort) =>
        productList(conditions, sort, 'categories' in rest ? rest.categories : undefined),
      ),
      row: item,
    },
    {
      fields: ['Query.products', 'Category.products'],
      model: products,
      lists: combined({ price: priced, 'price, merchant': ofMerchant }, byPrice, ({ conditions }, sort) => productList(conditions, sort)),
      row: item,
    },
    {
      fields: ['Query.products', 'Category.products'],
      model: products,
      lists: combined({ 'in the shop, among archived ones': {} }, sorts, (_, sort) => productList({ currency, merchant: parent }, sort)),
      row: (isRare, at) => ({ ...item(isRare, at), archivedAt: isRare ? null : then }),
    },
    {
      fields: ['Viewer.archivedProducts'],
      model: products,
      lists: { all: archivedList(parent) },
      row: (isRare, at) => ({ ...item(isRare, at), archivedAt: isRare ? then : null }),
    },
    {
      fields: ['Query.categories', 'Category.children'],
      model: categories,
      lists: { roots: categoryList(null), all: categoryList(undefined) },
      row: (_, at) => ({ name: 'Same', slug: `s${at}`, slugs: [`s${at}`], parent: null, ancestors: [], updatedAt: then }),
    },
  ];
}

const productCurrency = 'EUR';

export function productRow(isRare: boolean, at: number): Record<string, unknown> {
  return {
    ...{ category: parent, merchant: parent, slug: `s${at}`, slugs: [`s${at}`], title: `T${at}`, brand: isRare ? 'rare' : 'common' },
    ...{ price: { amountMinor: isRare ? 100 : 101, currency: productCurrency }, score: 1, createdAt: then, updatedAt: then },
    ...{ description: '', stock: isRare ? null : 0, backorder: false, attributes: [{ name: 'colour', value: isRare ? 'rare' : 'common' }] },
    ...{ archivedAt: null, rating: isRare ? { count: 2, points: 600 } : { count: 0, points: 0 } },
  };
}

/** Conditions on products that no index of the store combines, by what is asked for, for rows of `productRow`. */
export const chosenConditions: Record<string, ProductConditions> = (() => {
  const attributes = [{ name: 'colour', values: ['rare'] }];
  const price = { currency: productCurrency, min: 50, max: 100 };
  const some: Record<string, Omit<ProductConditions, 'currency'>> = {
    minRating: { minRating: 3 },
    'minRating, category': { minRating: 3, category: parent },
    attributes: { attributes },
    'attributes that nearly all have': { attributes: [{ name: 'colour', values: ['common'] }] },
    inStock: { inStock: true },
    'inStock, brands': { inStock: true, brands: ['rare', 'common'] },
    'price range': { price },
    'category, merchant, brands': { category: parent, merchant: parent, brands: ['rare'] },
    'all together': { category: parent, merchant: parent, brands: ['rare'], attributes, price, minRating: 2, inStock: true },
  };
  return Object.fromEntries(Object.entries(some).map(([name, conditions]) => [name, { ...conditions, currency: productCurrency }]));
})();

function conversationLists(database: Database): ListedRows[] {
  const { comments } = commentModels(database);
  const { questions, answers } = questionModels(database);
  const { feedback, tallies } = feedbackModels(database);
  const comment = { author: parent, body: '', replyCount: 0, createdAt: then, deletedAt: null, hiddenAt: null };
  const feedbackFilters = {
    all: {},
    kind: { kind: 'PRAISE' as const },
    product: { product },
    answered: { answered: true },
    unanswered: { answered: false },
    'kind, product, answered': { kind: 'PRAISE' as const, product, answered: true },
  };
  return [
    {
      fields: ['Product.comments', 'Review.comments', 'Answer.comments', 'Share.comments'],
      model: comments,
      lists: combined({ all: {} }, ['NEWEST', 'OLDEST'] as const, (_, sort) => commentList(parent, [], sort)),
      row: () => ({ subject: parent, parent: null, ...comment }),
    },
    {
      fields: ['Comment.replies'],
      model: comments,
      lists: { all: replyList(parent, []) },
      row: () => ({ subject: product, parent, ...comment }),
    },
    {
      fields: ['Product.questions'],
      model: questions,
      lists: combined(
        { all: {}, answered: { answered: true }, unanswered: { answered: false } },
        ['NEWEST', 'MOST_ANSWERED'] as const,
        ({ answered }: { answered?: boolean }, sort) => questionList(parent, [], sort, answered),
      ),
      row: (isRare) => ({
        ...{ product: parent, author: parent, body: '', terms: [], answerCount: 1, answered: isRare, createdAt: then, hiddenAt: null },
      }),
    },
    {
      fields: ['Product.questions'],
      model: questions,
      lists: { 'among hidden ones': questionList(parent, [], 'NEWEST') },
      row: (isRare) => ({ product: parent, author: parent, body: '', terms: [], createdAt: then, hiddenAt: isRare ? null : then }),
    },
    {
      fields: ['Question.answers'],
      model: answers,
      lists: { all: answerList(parent, []) },
      row: (isRare) => ({
        ...{ question: parent, product, author: parent, body: '', accepted: false, helpfulness: 0.1, createdAt: then },
        hiddenAt: isRare ? null : then,
      }),
    },
    {
      fields: ['Query.merchantFeedback'],
      model: feedback,
      lists: combined(feedbackFilters, ['NEWEST'], (conditions) => receivedFeedback(parent, [], conditions)),
      row: (isRare) => ({
        ...{ merchant: parent, sender: parent, product: isRare ? product : null, kind: isRare ? 'PRAISE' : 'NEED', body: '' },
        ...{ answered: isRare, answeredAt: isRare ? then : null, createdAt: then },
      }),
    },
    {
      fields: ['Viewer.sentFeedback'],
      model: feedback,
      lists: { all: sentFeedback(parent) },
      row: () => ({ merchant: parent, sender: parent, product: null, kind: 'NEED', body: '', answeredAt: null, createdAt: then }),
    },
    {
      fields: ['MerchantFeedbackSummary.byProduct'],
      model: tallies,
      lists: { all: productTallies(parent) },
      row: (_, at) => ({ _id: `t${at}`, merchant: parent, product: other(at), kinds: {}, total: 3 }),
    },
  ];
}

function moderationLists(database: Database): ListedRows[] {
  const { cases, reports, audit } = moderationModels(database, { reportRetention: 10 * year, auditRetention: 10 * year });
  const accesses = accessModel(database, 10 * year);
  const importRuns = importRunModel(database, 10 * year);
  return [
    {
      fields: ['Query.moderationQueue'],
      model: cases,
      lists: { all: openCases() },
      row: (isRare, at) => ({
        _id: `Review:${at}`,
        contentType: 'Review',
        content: parent,
        reports: 2,
        open: isRare,
        lastReportedAt: then,
      }),
    },
    {
      fields: ['ModerationCase.reports'],
      model: reports,
      lists: { all: reportList('Review:1') },
      row: (_, at) => ({ _id: `Review:1:${at}`, case: 'Review:1', reporter: parent, reason: 'SPAM', at: then }),
    },
    {
      fields: ['Query.auditTrail', 'Viewer.moderationDecisions'],
      model: audit,
      lists: { all: auditTrail(), 'about a user': decisionsAbout(parent) },
      row: (isRare) => ({ moderator: parent, user: isRare ? parent : product, action: 'HIDE', content: parent, reason: '', at: then }),
    },
    {
      fields: ['Query.imports'],
      model: importRuns,
      lists: { all: importRunList() },
      row: () => ({ source: 'shop', format: 'csv', file: 'shop.csv', startedAt: then, seenAt: then }),
    },
    {
      fields: ['Query.dataAccesses', 'Viewer.dataAccesses'],
      model: accesses,
      lists: { all: accessList(parent) },
      row: (isRare) => ({ subject: isRare ? parent : product, reader: parent, kind: 'EMAIL', at: then }),
    },
  ];
}

function integrationLists(database: Database): ListedRows[] {
  const { apiKeys } = apiKeyModels(database);
  const { webhooks, deliveries } = webhookModels(database);
  const { invitations } = invitationModels(database);
  const { integrations, inbox } = integrationModels(database);
  const owner = (isRare: boolean): Types.ObjectId => (isRare ? parent : product);
  const signedIn = { userId: parent, sessionId: '', expiresAt: then };
  const deliveryRow = { event: 'REVIEW_CREATED', subjectType: 'Review', subject: product, sequence: 1, dueAt: then, attempts: 1 };
  return [
    {
      fields: ['Query.apiKeys'],
      model: apiKeys,
      lists: {
        'of a merchant': apiKeyList({ ...signedIn, roles: ['MERCHANT'] }),
        'of the shop': apiKeyList({ ...signedIn, roles: ['ADMIN'] }),
      },
      row: (isRare, at) => ({ prefix: `plz_${at}`, secretHash: '', name: 'A key', owner: owner(isRare), createdAt: then }),
    },
    {
      fields: ['Query.webhooks'],
      model: webhooks,
      lists: { all: webhookList(parent) },
      row: (isRare) => ({
        ...{ owner: owner(isRare), scope: 'SHOP', url: 'https://example.com', events: [], secrets: [], sealedBy: 'key', enabled: true },
        ...{ createdAt: then, updatedAt: then },
      }),
    },
    {
      fields: ['Query.webhookDeliveries'],
      model: deliveries,
      lists: {
        all: deliveryList(parent, {}),
        'of a webhook': deliveryList(parent, { webhook: parent }),
        'with a status': deliveryList(parent, { status: 'DEAD' }),
        'of a webhook with a status': deliveryList(parent, { webhook: parent, status: 'DEAD' }),
      },
      row: (isRare) => ({
        ...deliveryRow,
        ...{ webhook: owner(isRare), owner: parent, status: isRare ? 'DEAD' : 'DELIVERED' },
        ...{ occurredAt: then, deadline: then, expiresAt: new Date('2100-01-01') },
      }),
    },
    {
      fields: ['Query.integrations'],
      model: integrations,
      lists: { all: integrationList() },
      row: (_, at) => ({
        ...{ platform: 'GENERIC', source: `shop-${at}`, merchant: parent, currency: 'EUR', fulfilledIsDelivered: true },
        ...{ secrets: [], sealedBy: 'key', createdAt: then, updatedAt: then },
      }),
    },
    {
      fields: ['Query.integrationMessages'],
      model: inbox,
      lists: {
        all: messageList({}),
        'of an integration': messageList({ integration: parent }),
        'with a status': messageList({ status: 'REFUSED' }),
        'of an integration with a status': messageList({ integration: parent, status: 'REFUSED' }),
      },
      row: (isRare, at) => ({
        ...{ integration: owner(isRare), source: 'shop', delivery: `${at}`, digest: `${at}`, topic: 'product.updated', subject: `${at}` },
        ...{ removes: false, version: then, status: isRare ? 'REFUSED' : 'APPLIED', attempts: 1, dueAt: then, deadline: then },
        ...{ receivedAt: then, completedAt: then, expiresAt: new Date('2100-01-01') },
      }),
    },
    {
      fields: ['Query.reviewInvitations'],
      model: invitations,
      lists: { all: invitationList(parent), 'with a status': invitationList(parent, 'OPENED') },
      row: (isRare, at) => ({
        ...{ line: `${at}`, order: other(at), product, buyer: product, merchant: parent, status: isRare ? 'OPENED' : 'SENT' },
        ...{ createdAt: then, expiresAt: then, removeAt: new Date('2100-01-01') },
      }),
    },
  ];
}

function personalLists(database: Database): ListedRows[] {
  const { notifications } = notificationModels(database, 10 * year);
  const { orders } = orderModels(database);
  const { items } = feedModels(database, 10 * year);
  const { referrals } = referralModels(database);
  const { shares } = shareModels(database, 10 * year);
  const { follows, blocks } = socialGraphModels(database);
  const { sessions } = userModels(database);
  const notification = { recipient: parent, kind: 'ANSWERED', subjectType: 'Question', subject: parent, actors: [], at: then };
  return [
    {
      fields: ['Viewer.notifications'],
      model: notifications,
      lists: { all: notificationList(parent, [], false), unread: notificationList(parent, [], true) },
      row: (isRare) => ({ ...notification, readAt: isRare ? null : then }),
    },
    {
      fields: ['Viewer.notifications'],
      model: notifications,
      lists: { 'among hidden ones': notificationList(parent, [], false) },
      row: (isRare) => ({ ...notification, readAt: null, ...(!isRare && { hidden: true }) }),
    },
    {
      fields: ['Viewer.orders', 'Viewer.sales'],
      model: orders,
      lists: { orders: orderList(parent), sales: salesList(product) },
      row: () => ({ buyer: parent, merchant: product, items: [], status: 'PLACED', placedAt: then }),
    },
    {
      fields: ['Viewer.feed'],
      model: items,
      lists: { all: feedList(parent) },
      row: (_, at) => ({ owner: parent, activity: other(at), actor: parent, kind: 'REVIEWED', subject: product, at: then }),
    },
    {
      fields: ['Viewer.referrals', 'Viewer.sentReferrals'],
      model: referrals,
      lists: { received: receivedReferrals(parent, []), sent: sentReferrals(product) },
      row: (_, at) => ({ sender: product, recipient: parent, product: other(at), message: '', status: 'SENT', createdAt: then }),
    },
    {
      fields: ['Viewer.shares'],
      model: shares,
      lists: { all: shareList(parent) },
      row: (_, at) => ({ code: `c${at}`, author: parent, product, channel: 'LINK', message: '', createdAt: then }),
    },
    {
      fields: ['User.followers'],
      model: follows,
      lists: { all: followersOf(parent) },
      row: (_, at) => ({ follower: other(at), followee: parent, at: then }),
    },
    {
      fields: ['User.following'],
      model: follows,
      lists: { all: followeesOf(parent) },
      row: (_, at) => ({ follower: parent, followee: other(at), at: then }),
    },
    {
      fields: ['Viewer.blockedUsers'],
      model: blocks,
      lists: { all: blockList(parent) },
      row: (_, at) => ({ blocker: parent, blocked: other(at), at: then }),
    },
    {
      fields: ['Viewer.sessions'],
      model: sessions,
      lists: { all: sessionList(parent) },
      row: (_, at) => ({
        ...{ _id: `s${at}`, publicId: other(at), user: parent, refreshSecret: '', generation: 1, exchanges: [] },
        ...{ createdAt: then, lastUsedAt: then, endsAt: new Date('2100-01-01'), expiresAt: new Date('2100-01-01') },
      }),
    },
  ];
}

function combined<Filter, Sort extends string>(
  filters: Record<string, Filter>,
  sorts: readonly Sort[],
  list: (filter: Filter, sort: Sort) => ListDefinition,
): Record<string, ListDefinition> {
  return Object.fromEntries(
    Object.entries(filters).flatMap(([name, filter]) => sorts.map((sort) => [`${name}, ${sort}`, list(filter, sort)] as const)),
  );
}

/** Fills a list's collection, and nothing else in it: every so manyth row is a rare one. */
export async function fill({ model, row }: ListedRows, count: number, rareEvery: number): Promise<void> {
  await model.collection.deleteMany({});
  const batch = 2000;
  for (let from = 0; from < count; from += batch) {
    const rows = Array.from({ length: Math.min(batch, count - from) }, (_, at) => row((from + at) % rareEvery === 0, from + at));
    await model.collection.insertMany(rows);
  }
}
