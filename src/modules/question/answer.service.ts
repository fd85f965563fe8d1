/** Answers to questions: what their authors write and change, and their place in the public eye. */
import type { Types } from 'mongoose';
import { InputRules } from '../../input/rules.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { ListDefinition } from '../../relay/connection.js';
import type { ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import { requireCreated, type IdempotencyKeys } from '../../store/idempotency.js';
import type { BehaviourVerbs } from '../behaviour/index.js';
import type { CatalogVerbs } from '../catalog/index.js';
import { contentKey, type DomainEventBus } from '../domain-events.js';
import type { FeedVerbs } from '../feed/index.js';
import type { NotificationVerbs } from '../notification/index.js';
import type { OrderVerbs } from '../order/index.js';
import type { ScreeningVerbs } from '../screening/index.js';
import type { AnswerChanges } from './answer-change.js';
import { answerEvents } from './question.events.js';
import type { AnswerDocument, QuestionDocument, QuestionModels } from './question.model.js';
import { noQuestion, questionKey } from './question.service.js';
import type { Visibility } from './visibility.js';

export interface NewAnswer {
  question: Types.ObjectId;
  body: string;
  idempotencyKey?: string | null;
}

interface AnswerServiceDependencies {
  models: QuestionModels;
  realtime: Realtime;
  idempotency: IdempotencyKeys;
  events: DomainEventBus;
  changes: AnswerChanges;
  behaviour: BehaviourVerbs;
  catalog: CatalogVerbs;
  feed: FeedVerbs;
  notifications: NotificationVerbs;
  orders: OrderVerbs;
  screening: ScreeningVerbs;
  visibility: Visibility;
}

export class AnswerService {
  private readonly models: QuestionModels;

  constructor(private readonly dependencies: AnswerServiceDependencies) {
    this.models = dependencies.models;
  }

  /** @throws RulesBroken NOT_FOUND for a question that the author does not see */
  async answer(author: Types.ObjectId, input: NewAnswer): Promise<AnswerDocument> {
    checkAnswer(input.body);
    const { idempotency, realtime } = this.dependencies;
    const id = await realtime.recordChange([questionKey(input.question)], async (change) => {
      const request = { user: author, operation: 'answerQuestion', key: input.idempotencyKey, input };
      return idempotency.createOnce(change.session, request, (_id) => this.add(change, _id, author, input));
    });
    return requireCreated(await this.models.answers.findById(id).lean());
  }

  /** What is held is stored out of sight, counts nowhere and reaches nobody until it is released. */
  private async add(change: Change, _id: Types.ObjectId, author: Types.ObjectId, { question: id, body }: NewAnswer): Promise<void> {
    const { screening, visibility } = this.dependencies;
    const { session } = change;
    const seen = await visibility.questionSeenBy(session, author, id);
    const question = seen && !seen.hidden && (await this.models.questions.findById(id).session(session).lean());
    if (!question) throw noQuestion();
    const held = await screening.screen(change, { author, content: { type: 'Answer', id: _id }, text: body });
    const answer = await this.answerOf(session, _id, author, question, body);
    await insert(this.models.answers, { ...answer, hiddenAt: held ? answer.createdAt : null }, session);
    if (held) return;
    if (!(await this.joinQuestion(session, answer))) throw noQuestion();
    await this.announce(change, answer, question.author);
  }

  private async answerOf(
    session: ClientSession,
    _id: Types.ObjectId,
    author: Types.ObjectId,
    { _id: question, product }: QuestionDocument,
    body: string,
  ): Promise<AnswerDocument> {
    const { catalog, orders } = this.dependencies;
    return {
      _id,
      question,
      product,
      author,
      body,
      byMerchant: (await catalog.merchantOf(product, session))?.equals(author) ?? false,
      byVerifiedBuyer: await orders.hasReceived(session, author, product),
      accepted: false,
      helpful: 0,
      unhelpful: 0,
      helpfulness: 0,
      commentCount: 0,
      createdAt: new Date(),
      editedAt: null,
      hiddenAt: null,
    };
  }

  /** Reaches whoever watches the question, the asker and the author's followers, and counts as behaviour. */
  private async announce(change: Change, answer: AnswerDocument, asker: Types.ObjectId): Promise<void> {
    const { _id, author, product, question } = answer;
    const { behaviour, feed, notifications } = this.dependencies;
    await behaviour.noteInteractions(change.session, author, [product], { increments: { questions: 1 } });
    await change.emitMany(answerEvents('ANSWER_ADDED', answer, asker));
    const subject = { type: 'Question', id: question };
    await notifications.notify(change, { recipient: asker, kind: 'QUESTION_ANSWERED', actor: author, subject });
    await feed.recordActivity(change, { actor: author, kind: 'ANSWERED', subject: { type: 'Answer', id: _id } });
  }

  /** An answer that was held has come out: it is announced now. */
  async release(change: Change, id: Types.ObjectId): Promise<void> {
    const { session } = change;
    const answer = await this.models.answers.findById(id).session(session).lean();
    const question = answer && (await this.models.questions.findById(answer.question, { author: 1 }).session(session).lean());
    if (answer && question) await this.announce(change, answer, question.author);
  }

  /** @throws RulesBroken, RequestError FORBIDDEN */
  async edit(author: Types.ObjectId, id: Types.ObjectId, body: string): Promise<AnswerDocument> {
    checkAnswer(body);
    const { changes, screening } = this.dependencies;
    return changes.ofAuthor(author, id, async (change, answer) => {
      const { session } = change;
      const held = await screening.screen(change, { author, content: { type: 'Answer', id }, text: body, isEdit: true });
      const changed = { body, editedAt: new Date() };
      await this.models.answers.updateOne({ _id: id }, { $set: changed }, { session });
      if (held) await this.show(change, id, false);
      else if (!answer.hiddenAt) await change.emitMany(answerEvents('ANSWER_EDITED', answer, await this.askerOf(session, answer)));
      return { ...answer, ...changed, ...(held && { hiddenAt: answer.hiddenAt ?? changed.editedAt }) };
    });
  }

  /** @throws RulesBroken, RequestError FORBIDDEN */
  async delete(author: Types.ObjectId, id: Types.ObjectId): Promise<AnswerDocument> {
    const { changes, events, feed } = this.dependencies;
    return changes.ofAuthor(author, id, async (change, answer) => {
      const { session } = change;
      await this.models.answers.deleteOne({ _id: id }, { session });
      await this.models.votes.deleteMany({ answer: id }, { session });
      await feed.withdrawActivity(change, id);
      await events.emit(change, 'contentGone', { contents: [{ type: 'Answer', id }] });
      await events.emit(change, 'contentDeleted', { content: { type: 'Answer', id } });
      if (answer.hiddenAt) return answer;
      await this.leaveQuestion(session, answer);
      await change.emitMany(answerEvents('ANSWER_REMOVED', answer, await this.askerOf(session, answer)));
      return answer;
    });
  }

  /** The asker, or where the question is gone, the author alone. */
  private async askerOf(session: ClientSession, { question, author }: AnswerDocument): Promise<Types.ObjectId> {
    return (await this.models.questions.findById(question, { author: 1 }).session(session).lean())?.author ?? author;
  }

  /** An answer that can be seen counts, and is accepted again where it was. @returns false where the question is gone */
  private async joinQuestion(session: ClientSession, { _id, question, accepted }: AnswerDocument): Promise<boolean> {
    const $set = { answered: true, ...(accepted && { acceptedAnswer: _id }) };
    const { matchedCount } = await this.models.questions.updateOne({ _id: question }, { $inc: { answerCount: 1 }, $set }, { session });
    return matchedCount === 1;
  }

  /** An answer that goes counts no longer; where it was the accepted one, the question has none. */
  private async leaveQuestion(session: ClientSession, { question, accepted }: AnswerDocument): Promise<void> {
    const unaccept = accepted ? { $set: { acceptedAnswer: null } } : {};
    await this.models.questions.updateOne({ _id: question }, { $inc: { answerCount: -1 }, ...unaccept }, { session });
    await this.models.questions.updateOne({ _id: question, answerCount: 0 }, { $set: { answered: false } }, { session });
  }

  /** @returns null where there is no such answer */
  async authorOf(session: ClientSession, id: Types.ObjectId): Promise<Types.ObjectId | null> {
    return (await this.models.answers.findById(id, { author: 1 }).session(session).lean())?.author ?? null;
  }

  /** Takes an answer out of sight and out of the count, or puts it back. @returns its author, or null where there is none */
  async show(change: Change, id: Types.ObjectId, visible: boolean, isRelease = false): Promise<Types.ObjectId | null> {
    const { session } = change;
    const answer = await this.models.answers.findById(id).session(session).lean();
    if (!answer) return null;
    if ((answer.hiddenAt === null) !== visible) {
      const hiddenAt = visible ? null : new Date();
      await this.models.answers.updateOne({ _id: id }, { $set: { hiddenAt } }, { session });
      if (visible) await this.joinQuestion(session, answer);
      else await this.leaveQuestion(session, answer);
      await change.hideEvents(contentKey({ type: 'Answer', id }), !visible);
      const asker = await this.askerOf(session, answer);
      if (!isRelease) await change.emitMany(answerEvents(visible ? 'ANSWER_RESTORED' : 'ANSWER_REMOVED', answer, asker));
    }
    return answer.author;
  }

  async countComments(session: ClientSession, id: Types.ObjectId, by: number): Promise<void> {
    await this.models.answers.updateOne({ _id: id }, { $inc: { commentCount: by } }, { session });
  }
}

export function checkAnswer(body: string): void {
  new InputRules().text(body, { min: 1, max: 5000 }, 'body').check();
}

/** The accepted answer first, then the most helpful, then the earliest. */
export function answerList(question: Types.ObjectId, hidden: Types.ObjectId[]): ListDefinition {
  return {
    name: 'answers',
    filter: { question, hiddenAt: null, ...(hidden.length > 0 && { author: { $nin: hidden } }) },
    order: [
      ['accepted', -1],
      ['helpfulness', -1],
      ['createdAt', 1],
      ['_id', 1],
    ],
  };
}
