/** Questions about products: asking and deleting them, and their place in the public eye. */
import type { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { InputRules } from '../../input/rules.js';
import { endOf, type Change, type Realtime } from '../../realtime/index.js';
import type { ListDefinition } from '../../relay/connection.js';
import { keywordsOf } from '../../search/index.js';
import type { ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import { requireCreated, type IdempotencyKeys } from '../../store/idempotency.js';
import type { BehaviourVerbs } from '../behaviour/index.js';
import type { CatalogVerbs } from '../catalog/index.js';
import { contentKey, type DomainEventBus } from '../domain-events.js';
import type { FeedVerbs } from '../feed/index.js';
import type { NotificationVerbs } from '../notification/index.js';
import type { ScreeningVerbs } from '../screening/index.js';
import { answerTopic, questionEvent } from './question.events.js';
import type { QuestionDocument, QuestionModels } from './question.model.js';
import type { Visibility } from './visibility.js';

/** What changes of a question and of its answers contend for. */
export const questionKey = (question: Types.ObjectId): string => `question:${question.toHexString()}`;

export interface NewQuestion {
  product: Types.ObjectId;
  body: string;
  idempotencyKey?: string | null;
}

/** How many answers of a hidden question have their streams of comments ended at once. */
const maxEnded = 1000;

interface QuestionServiceDependencies {
  models: QuestionModels;
  events: DomainEventBus;
  realtime: Realtime;
  idempotency: IdempotencyKeys;
  behaviour: BehaviourVerbs;
  catalog: CatalogVerbs;
  feed: FeedVerbs;
  notifications: NotificationVerbs;
  screening: ScreeningVerbs;
  visibility: Visibility;
}

export class QuestionService {
  private readonly models: QuestionModels;

  constructor(private readonly dependencies: QuestionServiceDependencies) {
    this.models = dependencies.models;
  }

  /** @throws RulesBroken */
  async ask(author: Types.ObjectId, input: NewQuestion): Promise<QuestionDocument> {
    checkQuestion(input.body);
    const { idempotency, realtime } = this.dependencies;
    const id = await realtime.recordChange([], async (change) => {
      const request = { user: author, operation: 'askQuestion', key: input.idempotencyKey, input };
      return idempotency.createOnce(change.session, request, (_id) => this.add(change, _id, author, input));
    });
    return requireCreated(await this.models.questions.findById(id).lean());
  }

  /** What is held is stored out of sight and reaches nobody until it is released. */
  private async add(change: Change, _id: Types.ObjectId, author: Types.ObjectId, { product, body }: NewQuestion): Promise<void> {
    const { catalog, screening } = this.dependencies;
    const merchant = (await catalog.knows(product, change.session)) ? await catalog.merchantOf(product, change.session) : null;
    if (!merchant) throw broken('NOT_FOUND', 'There is no such product.', 'productId');
    const held = await screening.screen(change, { author, content: { type: 'Question', id: _id }, text: body });
    const now = new Date();
    const question: QuestionDocument = {
      _id,
      product,
      author,
      body,
      terms: keywordsOf(body),
      answerCount: 0,
      answered: false,
      acceptedAnswer: null,
      createdAt: now,
      hiddenAt: held ? now : null,
    };
    await insert(this.models.questions, question, change.session);
    if (!held) await this.announce(change, question, merchant);
  }

  /** Reaches whoever watches the product, its merchant and the asker's followers, and counts as behaviour. */
  private async announce(change: Change, question: QuestionDocument, merchant: Types.ObjectId): Promise<void> {
    const { _id, author, product } = question;
    const { behaviour, feed, notifications } = this.dependencies;
    const subject = { type: 'Question', id: _id };
    await behaviour.noteInteractions(change.session, author, [product], { increments: { questions: 1 } });
    await change.emitMany([questionEvent('QUESTION_ASKED', question)]);
    await notifications.notify(change, { recipient: merchant, kind: 'QUESTION_ASKED', actor: author, subject });
    await feed.recordActivity(change, { actor: author, kind: 'ASKED', subject });
  }

  /** A question that was held has come out: it is announced now. */
  async release(change: Change, id: Types.ObjectId): Promise<void> {
    const question = await this.models.questions.findById(id).session(change.session).lean();
    const merchant = question && (await this.dependencies.catalog.merchantOf(question.product, change.session));
    if (question && merchant) await this.announce(change, question, merchant);
  }

  /** Questions that others have answered stay: the answers are theirs. @throws RulesBroken NOT_ALLOWED, RequestError FORBIDDEN */
  async delete(author: Types.ObjectId, id: Types.ObjectId): Promise<QuestionDocument> {
    const { events, feed, realtime, visibility } = this.dependencies;
    return realtime.recordChange([questionKey(id)], async (change) => {
      const { session } = change;
      const question = await this.models.questions.findById(id).session(session).lean();
      if (!question) throw noQuestion();
      if (!question.author.equals(author)) {
        if (!(await visibility.questionSeenBy(session, author, id))) throw noQuestion();
        throw new RequestError('FORBIDDEN', 'You can only delete your own questions.');
      }
      if (question.answerCount > 0) throw broken('NOT_ALLOWED', 'Questions with answers can’t be deleted.', 'questionId');
      await this.models.questions.deleteOne({ _id: id }, { session });
      await feed.withdrawActivity(change, id);
      await events.emit(change, 'contentDeleted', { content: { type: 'Question', id } });
      await change.emitMany([endOf(answerTopic(id)), ...(question.hiddenAt ? [] : [questionEvent('QUESTION_REMOVED', question)])]);
      return question;
    });
  }

  /** @returns null where there is no such question */
  async authorOf(session: ClientSession, id: Types.ObjectId): Promise<Types.ObjectId | null> {
    return (await this.models.questions.findById(id, { author: 1 }).session(session).lean())?.author ?? null;
  }

  /** Takes a question out of sight, or puts it back. @returns its author, or null where there is none */
  async show(change: Change, id: Types.ObjectId, visible: boolean, isRelease = false): Promise<Types.ObjectId | null> {
    const question = await this.models.questions.findById(id).session(change.session).lean();
    if (!question) return null;
    if ((question.hiddenAt === null) !== visible) {
      await this.models.questions.updateOne({ _id: id }, { $set: { hiddenAt: visible ? null : new Date() } }, { session: change.session });
      await change.hideEvents(contentKey({ type: 'Question', id }), !visible);
      if (!isRelease) await change.emitMany([questionEvent(visible ? 'QUESTION_RESTORED' : 'QUESTION_REMOVED', question)]);
      if (!visible) await this.endStreams(change, id);
    }
    return question.author;
  }

  /** Nobody sees the answers of a question that is out of sight, nor what is said about them. */
  private async endStreams(change: Change, id: Types.ObjectId): Promise<void> {
    const answers = await this.models.answers
      .find({ question: id }, { _id: 1 })
      .sort({ accepted: -1, helpfulness: -1 })
      .limit(maxEnded)
      .session(change.session)
      .lean();
    await change.emitMany([endOf(answerTopic(id))]);
    await this.dependencies.events.emit(change, 'contentGone', { contents: answers.map((answer) => ({ type: 'Answer', id: answer._id })) });
  }
}

export const noQuestion = () => broken('NOT_FOUND', 'There is no such question.', 'questionId');

const questionOrders = {
  NEWEST: [
    ['createdAt', -1],
    ['_id', -1],
  ],
  MOST_ANSWERED: [
    ['answerCount', -1],
    ['createdAt', -1],
    ['_id', -1],
  ],
} as const;

/** @param answered only those with, or without, an answer; all where left out */
export function questionList(
  product: Types.ObjectId,
  hidden: Types.ObjectId[],
  sort: keyof typeof questionOrders,
  answered?: boolean | null,
): ListDefinition {
  const filter = {
    product,
    hiddenAt: null,
    ...(hidden.length > 0 && { author: { $nin: hidden } }),
    ...(typeof answered === 'boolean' && { answered }),
  };
  return { name: `questions/${sort}`, filter, order: questionOrders[sort] };
}

export function checkQuestion(body: string): void {
  new InputRules().text(body, { min: 1, max: 2000 }, 'body').check();
}
