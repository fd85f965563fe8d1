/** A shop in which every list of the API has several items for one person, who is everything that one can be. */
import { everyList } from './every-list.js';
import { storeId, type Account, type Plaza } from './plaza.js';

/** At least as many items has every list. */
export const fewest = 4;

export interface FullShop {
  /** Buyer, merchant, moderator and administrator at once. */
  hero: Account;
  /** An object of each type that has lists, whose lists are full. */
  ids: Record<string, string>;
  /** Another object of each of these types, whose lists are empty. */
  emptyIds: Record<string, string>;
}

export async function fullShop(plaza: Plaza): Promise<FullShop> {
  const made = async (by: Account, name: string, input: object, type: string): Promise<string> => {
    const payload = await plaza.mutate(name, input, `${type} { id }`, by.token);
    if (payload.userErrors.length > 0) throw new Error(`${name}: ${JSON.stringify(payload.userErrors)}`);
    const [first] = [payload[type]].flat() as { id: string }[];
    return first!.id;
  };
  const times = async <Result>(count: number, work: (at: number) => Promise<Result>): Promise<Result[]> => {
    const results: Result[] = [];
    for (let at = 0; at < count; at++) results.push(await work(at));
    return results;
  };

  const hero = await plaza.account({ merchant: true });
  const roles = ['BUYER', 'MERCHANT', 'MODERATOR', 'ADMIN'];
  await plaza.connection.collection('users').updateOne({ handle: hero.handle }, { $set: { roles } });
  const moderator = await plaza.account({ role: 'ADMIN' });
  const merchant = await plaza.account({ merchant: true });
  const people = await times(10, () => plaza.account());
  const [followees, twins] = [people.slice(0, 5), people.slice(5)];
  const category = await made(hero, 'createCategory', { name: 'Numbers' }, 'category');
  const [emptyCategory] = await times(fewest, (at) =>
    made(hero, 'createCategory', { name: `Below ${at}`, parentId: category }, 'category'),
  );
  await times(fewest - 1, (at) => made(hero, 'createCategory', { name: `More numbers ${at}` }, 'category'));

  const productOf = (owner: Account) => (at: number) =>
    plaza.product(owner, { title: `Numbered teapot ${at}`, categoryId: category, stock: 1000 });
  const products = await times(6, productOf(merchant));
  const own = await times(6, productOf(hero));
  const [offered, archived, unseen] = [
    await times(6, productOf(merchant)),
    await times(fewest, productOf(hero)),
    await productOf(merchant)(99),
  ];
  for (const productId of archived) await made(hero, 'archiveProduct', { productId }, 'product');

  const stars = (value: number) => ({ ratings: { quality: value, price: value, service: value } });
  const reviewOf = async (by: Account, productId: string, value: number): Promise<string> => {
    const { review, userErrors } = await plaza.review(by, productId, { ...stars(value), body: `The number ${value} pours well and long.` });
    if (!review) throw new Error(JSON.stringify(userErrors));
    return review.id as string;
  };
  const product = products[0]!;
  const reviews: string[] = [];
  for (const [at, productId] of products.entries()) {
    reviews.push(await reviewOf(hero, productId, 1 + (at % 5)));
    for (const twin of twins) await reviewOf(twin, productId, 1 + (at % 5));
  }
  for (const twin of twins) for (const productId of offered) await reviewOf(twin, productId, 5);
  for (const { token, id } of followees) {
    await plaza.mutate('followUser', { userId: id }, 'user { id }', hero.token);
    await plaza.mutate('followUser', { userId: hero.id }, 'user { id }', token);
  }
  const review = reviews[0]!;
  await times(fewest, (at) => made(hero, 'updateReview', { reviewId: review, title: `Thought number ${at}` }, 'review'));

  const question = await made(people[0]!, 'askQuestion', { productId: product, body: 'Which number is the first one?' }, 'question');
  const emptyQuestion = await made(people[0]!, 'askQuestion', { productId: product, body: 'Is the number blue?' }, 'question');
  for (const [at, person] of people.slice(1).entries())
    await made(person, 'askQuestion', { productId: product, body: `Is the number ${at} blue?` }, 'question');
  const answers = await times(fewest, (at) =>
    made(people[at]!, 'answerQuestion', { questionId: question, body: `Number ${at}` }, 'answer'),
  );
  const [answer, emptyAnswer] = [answers[0]!, answers[1]!];
  const shares = await times(fewest, (at) => made(hero, 'shareProduct', { productId: products[at]!, channel: 'FOLLOWERS' }, 'share'));
  const [share, emptyShare] = [shares[0]!, shares[1]!];
  let comment = '';
  for (const subjectId of [product, review, answer, share])
    for (const [at, person] of people.slice(0, fewest).entries())
      comment = await made(person, 'addComment', { subjectId, body: `Comment number ${at}` }, 'comment');
  await times(fewest, (at) => made(people[at]!, 'addComment', { subjectId: share, parentId: comment, body: `Reply ${at}` }, 'comment'));
  const emptyComment = await made(hero, 'addComment', { subjectId: product, body: 'Nobody answers' }, 'comment');

  for (const person of followees) {
    for (const productId of products.slice(0, 2)) await made(person, 'shareProduct', { productId, channel: 'FOLLOWERS' }, 'share');
    await made(person, 'referProduct', { productId: products[2], toUserIds: [hero.id] }, 'referrals');
    await made(hero, 'referProduct', { productId: products[2], toUserIds: [person.id] }, 'referrals');
    await made(
      person,
      'sendMerchantFeedback',
      { merchantId: hero.id, kind: 'NEED', body: 'A lid', productId: own[followees.indexOf(person)] },
      'feedback',
    );
    await made(hero, 'sendMerchantFeedback', { merchantId: merchant.id, kind: 'NEED', body: `A lid for ${person.handle}` }, 'feedback');
    await made(person, 'placeOrder', { items: [{ productId: own[0] }] }, 'order');
    const orderId = await made(person, 'placeOrder', { items: products.map((productId) => ({ productId })) }, 'order');
    for (const status of ['PAID', 'SHIPPED', 'DELIVERED']) await made(merchant, 'updateOrderStatus', { orderId, status }, 'order');
    await made(hero, 'placeOrder', { items: [{ productId: products[3] }] }, 'order');
  }

  const bad = await times(fewest, (at) => made(people[9]!, 'addComment', { subjectId: products[5], body: `Bad number ${at}` }, 'comment'));
  const heros = await times(fewest, (at) => made(hero, 'addComment', { subjectId: products[5], body: `Hidden number ${at}` }, 'comment'));
  for (const contentId of bad)
    for (const { token } of people.slice(0, fewest)) await plaza.mutate('reportContent', { contentId, reason: 'SPAM' }, 'reported', token);
  for (const contentId of heros) await made(moderator, 'moderateContent', { contentId, action: 'HIDE', reason: 'A test' }, 'entry');
  const { moderationQueue } = await plaza.data('{ moderationQueue { edges { node { id } } } }', {}, hero.token);
  for (const { id } of await times(fewest, () => plaza.account()))
    await plaza.mutate('blockUser', { userId: id }, 'user { id }', hero.token);

  await times(fewest, (at) => plaza.mutate('createApiKey', { name: `Key ${at}`, scopes: ['catalog:write'] }, 'apiKey { id }', hero.token));
  const webhooks = await times(fewest, (at) =>
    made(hero, 'createWebhook', { url: `https://shop.example/${at}`, events: ['REVIEW_ADDED'] }, 'webhook'),
  );
  await times(fewest, () => made(hero, 'pingWebhook', { webhookId: webhooks[0] }, 'delivery'));
  const integrations = await times(fewest, (at) =>
    made(hero, 'createIntegration', { merchantId: hero.id, platform: 'GENERIC', source: `shop-${at}` }, 'integration'),
  );
  await times(fewest, () => plaza.mutate('signIn', { email: hero.email, password: hero.password }, 'user { id }'));
  await fillFromOutside(plaza, {
    'Query.integrationMessages': () => ({ integration: storeId(integrations[0]!) }),
    'Query.dataAccesses': () => ({ subject: storeId(hero.id), reader: storeId(moderator.id) }),
    // Old ones are removed.
    'Query.imports': () => ({ startedAt: new Date(), seenAt: new Date() }),
    'Query.reviewInvitations': () => ({
      order: storeId(product),
      product: storeId(own[0]!),
      buyer: storeId(people[0]!.id),
      merchant: storeId(hero.id),
    }),
  });
  for (const worker of ['feed fan-out', 'catalogue search']) await plaza.settle(worker);
  await plaza.app.verbs.recommendations.train();

  return {
    hero,
    ids: {
      ...{ Product: product, Review: review, Question: question, Answer: answer, Comment: comment, Share: share, Category: category },
      ...{ User: hero.id, ModerationCase: moderationQueue.edges[0].node.id },
    },
    emptyIds: {
      ...{ Product: unseen, Review: reviews[1]!, Question: emptyQuestion, Answer: emptyAnswer, Comment: emptyComment, Share: emptyShare },
      ...{ Category: emptyCategory!, User: moderator.id },
    },
  };
}

/** Rows of what comes from other systems and by other ways than the API, as the lists of the store have them. */
async function fillFromOutside(plaza: Plaza, owners: Record<string, () => object>): Promise<void> {
  const lists = everyList(plaza.app.database);
  for (const [field, owner] of Object.entries(owners)) {
    const { model, row } = lists.find(({ fields }) => fields.includes(field))!;
    await model.collection.insertMany(Array.from({ length: fewest }, (_, at) => ({ ...row(true, at), ...owner() })));
  }
}
