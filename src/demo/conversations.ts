/** What people of the demo shop say to each other: questions and answers, referrals, shares, feedback and mentions. */
import type { Faker } from '@faker-js/faker';
import type { Types } from 'mongoose';
import type { Features } from '../app.js';
import type { BulkProduct } from '../modules/catalog/index.js';
import type { AnswerDocument } from '../modules/question/index.js';
import { wilsonLowerBound } from '../scoring/index.js';

const questions = 240;
const referrals = 5;
const day = 24 * 60 * 60 * 1000;

type DemoProduct = BulkProduct & { praise: string[]; faults: string[] };

interface ConversationSetting {
  verbs: Features['verbs'];
  faker: Faker;
  id: (kind: string, key: string) => Types.ObjectId;
  /** All that happens here happens before. */
  today: number;
  products: DemoProduct[];
  people: Types.ObjectId[];
  buyer: Types.ObjectId;
  merchant: Types.ObjectId;
  /** Whom the buyer follows. */
  followed: Types.ObjectId[];
}

export class Conversations {
  constructor(private readonly setting: ConversationSetting) {}

  async addQuestions(): Promise<void> {
    const { verbs, faker, id, today, products, people, buyer } = this.setting;
    const asked = [];
    const answered: AnswerDocument[] = [];
    for (let at = 0; at < questions; at++) {
      // The first question is the demo buyer's own, so that accepting an answer can be tried.
      const product = at === 0 ? products[0]! : faker.helpers.arrayElement(products);
      const createdAt = new Date(today - faker.number.int({ min: 2, max: 300 }) * day);
      const _id = id('question', String(at));
      const answers = Array.from({ length: at === 0 ? 2 : faker.number.int({ min: 0, max: 3 }) }, (_, number) =>
        this.answerTo(_id, product, createdAt, `${at} ${number}`),
      );
      answered.push(...answers);
      asked.push({
        _id,
        product: product._id,
        author: at === 0 ? buyer : faker.helpers.arrayElement(people),
        body: this.questionAbout(product),
        answerCount: answers.length,
        answered: answers.length > 0,
        acceptedAnswer: null,
        createdAt,
        hiddenAt: null,
      });
    }
    await verbs.questions.importQuestions(asked);
    await verbs.questions.importAnswers(answered);
  }

  private answerTo(question: Types.ObjectId, product: DemoProduct, after: Date, key: string): AnswerDocument {
    const { faker, id, today, people, merchant } = this.setting;
    const byMerchant = faker.number.float() < 0.25;
    const votes = { helpful: faker.number.int({ min: 0, max: 9 }), unhelpful: faker.number.int({ min: 0, max: 2 }) };
    return {
      _id: id('answer', key),
      question,
      product: product._id,
      author: byMerchant ? merchant : faker.helpers.arrayElement(people),
      body: byMerchant
        ? `Yes, it does. ${sentence(faker.helpers.arrayElement(product.praise))}`
        : sentence(faker.helpers.arrayElement([...product.praise, ...product.faults])),
      byMerchant,
      byVerifiedBuyer: !byMerchant && faker.number.float() < 0.6,
      accepted: false,
      ...votes,
      helpfulness: wilsonLowerBound(votes.helpful, votes.helpful + votes.unhelpful),
      commentCount: 0,
      createdAt: new Date(Math.min(today, after.getTime() + faker.number.int({ min: 60_000, max: 2 * day }))),
      editedAt: null,
      hiddenAt: null,
    };
  }

  private questionAbout({ title, faults, praise, attributes }: DemoProduct): string {
    const { faker } = this.setting;
    const { name, value } = faker.helpers.arrayElement(attributes);
    return faker.helpers.arrayElement([
      `Is the ${title} also available in another ${name} than ${value}?`,
      `Is it true that it ${faker.helpers.arrayElement(faults)}?`,
      `Can anyone confirm that it ${faker.helpers.arrayElement(praise)}?`,
      'How long is the warranty?',
      'Does it come with a manual in French?',
    ]);
  }

  /** What concerns the demo accounts, as it would really happen, so that they are told of it. */
  async addEncounters(): Promise<void> {
    const { verbs, faker, id, today, products, people, buyer, merchant, followed } = this.setting;
    const friends = followed.length > 0 ? followed : people.slice(0, referrals);
    await verbs.referrals.importReferrals(
      Array.from({ length: referrals }, (_, at) => ({
        _id: id('referral', String(at)),
        sender: friends[at % friends.length]!,
        recipient: buyer,
        product: products[products.length - 1 - at]!._id,
        message: faker.helpers.arrayElement(['Made me think of you.', 'You have to try this one.', 'Still the best I ever bought.']),
        status: 'SENT' as const,
        createdAt: new Date(today - (at + 1) * day),
        updatedAt: new Date(today - (at + 1) * day),
      })),
    );
    for (const friend of friends.slice(0, 4)) {
      const product = faker.helpers.arrayElement(products);
      await verbs.shares.shareProduct(friend, {
        product: product._id,
        channel: 'FOLLOWERS',
        message: sentence(faker.helpers.arrayElement(product.praise)),
      });
    }
    for (const friend of friends.slice(0, 3)) {
      const subject = faker.helpers.arrayElement(products)._id;
      await verbs.comments.addComment(friend, {
        subjectType: 'Product',
        subject,
        parent: null,
        body: '@demo, would this be something for you?',
      });
    }
    for (const kind of ['NEED', 'PREFERENCE', 'PRAISE', 'NEED'] as const) {
      const product = faker.helpers.arrayElement(products);
      const body = {
        NEED: 'Could you also sell spare parts?',
        PREFERENCE: 'I would rather have it without the printed logo.',
        PRAISE: 'Quick delivery, thank you!',
      }[kind];
      await verbs.feedback.sendMerchantFeedback(faker.helpers.arrayElement(people), { merchant, product: product._id, kind, body });
    }
  }
}

function sentence(predicate: string): string {
  return `Mine ${predicate}.`;
}
