import type { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { InputRules } from '../../input-rules.js';
import type { ListDefinition } from '../../relay/connection.js';
import { pairKey } from '../../relay/loader.js';
import { recordChange, type Change } from '../../realtime/index.js';
import { wilsonLowerBound } from '../../scoring/index.js';
import { createOnce } from '../../store/idempotency.js';
import type { ClientSession } from '../../store/transaction.js';
import { noteInteractions } from '../behaviour/index.js';
import { ProductModel } from '../catalog/index.js';
import { recordActivity, withdrawActivity } from '../feed/index.js';
import { notify } from '../notification/index.js';
import { hasReceived } from '../order/index.js';
import { screen } from '../screening/index.js';
import { isBlocked } from '../social-graph/index.js';
import { AnswerModel, AnswerVoteModel, QuestionModel, type AnswerDocument, type QuestionDocument } from './question.model.js';
import { termsOf } from './similar-questions.js';

export const questionTopic = (product: Types.ObjectId): string => `questions:${product.toHexString()}`;
export const answerTopic = (question: Types.ObjectId): string => `answers:${question.toHexString()}`;

const questionKey = (question: Types.ObjectId): string[] => [`question:${question.toHexString()}`];
const contentOf = (type: 'Question' | 'Answer', id: Types.ObjectId) => ({ type, id });

export interface NewQuestion {
  product: Types.ObjectId;
  body: string;
  idempotencyKey?: string | null;
}

/** @throws RulesBroken */
export async function askQuestion(author: Types.ObjectId, input: NewQuestion): Promise<QuestionDocument> {
  new InputRules().text(input.body, { least: 1, most: 2000 }, 'body').check();
  const id = await recordChange([], async (change) => {
    const request = { user: author, operation: 'askQuestion', key: input.idempotencyKey };
    const { id } = await createOnce(change.session, request, (_id) => insertQuestion(change, _id, author, input));
    return id;
  });
  return (await QuestionModel.findById(id).lean())!;
}

async function insertQuestion(change: Change, _id: Types.ObjectId, author: Types.ObjectId, { product, body }: NewQuestion): Promise<void> {
  const { session } = change;
  const about = await ProductModel.findById(product, { merchant: 1 }).session(session).lean();
  if (!about) throw broken('NOT_FOUND', 'There is no such product.', 'productId');
  const question: QuestionDocument = {
    _id,
    product,
    author,
    body,
    terms: termsOf(body),
    answerCount: 0,
    acceptedAnswer: null,
    createdAt: new Date(),
    hiddenAt: null,
  };
  await QuestionModel.collection.insertOne(question, { session });
  await noteInteractions(session, author, [product], { increments: { questions: 1 } });
  const content = contentOf('Question', _id);
  await change.emit(questionTopic(product), 'QUESTION_ASKED', { question: _id, author, content: `Question:${_id.toHexString()}` });
  if (await screen(change, { author, content, text: body })) {
    await showQuestion(change, _id, false);
    return;
  }
  await tellOfQuestion(change, question, about.merchant);
}

async function tellOfQuestion(change: Change, { _id, author }: QuestionDocument, merchant: Types.ObjectId): Promise<void> {
  const subject = contentOf('Question', _id);
  await notify(change, { recipient: merchant, kind: 'QUESTION_ASKED', actor: author, subject });
  await recordActivity(change, { actor: author, kind: 'ASKED', subject });
}

/** A question that was held comes out: the merchant and the asker's followers hear of it now. */
export async function releaseQuestion(change: Change, id: Types.ObjectId): Promise<void> {
  const question = await QuestionModel.findById(id).session(change.session).lean();
  const about = question && (await ProductModel.findById(question.product, { merchant: 1 }).session(change.session).lean());
  if (question && about) await tellOfQuestion(change, question, about.merchant);
}

export interface NewAnswer {
  question: Types.ObjectId;
  body: string;
  idempotencyKey?: string | null;
}

/** @throws RulesBroken; NOT_ALLOWED where the asker has blocked whoever answers */
export async function answerQuestion(author: Types.ObjectId, input: NewAnswer): Promise<AnswerDocument> {
  checkAnswer(input.body);
  const id = await recordChange(questionKey(input.question), async (change) => {
    const request = { user: author, operation: 'answerQuestion', key: input.idempotencyKey };
    const { id } = await createOnce(change.session, request, (_id) => insertAnswer(change, _id, author, input));
    return id;
  });
  return (await AnswerModel.findById(id).lean())!;
}

function checkAnswer(body: string): void {
  new InputRules().text(body, { least: 1, most: 5000 }, 'body').check();
}

async function insertAnswer(change: Change, _id: Types.ObjectId, author: Types.ObjectId, { question: id, body }: NewAnswer): Promise<void> {
  const { session } = change;
  const question = await QuestionModel.findOneAndUpdate({ _id: id, hiddenAt: null }, { $inc: { answerCount: 1 } }, { session }).lean();
  if (!question) throw broken('NOT_FOUND', 'There is no such question.', 'questionId');
  if (await isBlocked(question.author, author)) throw broken('NOT_ALLOWED', 'The asker does not want that.', 'questionId');
  const { product } = question;
  const merchant = (await ProductModel.findById(product, { merchant: 1 }).session(session).lean())?.merchant;
  const answer: AnswerDocument = {
    _id,
    question: id,
    product,
    author,
    body,
    byMerchant: merchant?.equals(author) ?? false,
    byVerifiedBuyer: await hasReceived(session, author, product),
    accepted: false,
    helpful: 0,
    unhelpful: 0,
    helpfulness: 0,
    commentCount: 0,
    createdAt: new Date(),
    editedAt: null,
    hiddenAt: null,
  };
  await AnswerModel.collection.insertOne(answer, { session });
  await noteInteractions(session, author, [product], { increments: { questions: 1 } });
  const content = contentOf('Answer', _id);
  await change.emit(answerTopic(id), 'ANSWER_ADDED', { answer: _id, author, content: `Answer:${_id.toHexString()}` });
  if (await screen(change, { author, content, text: body })) {
    await showAnswer(change, _id, false);
    return;
  }
  await tellOfAnswer(change, answer, question.author);
}

async function tellOfAnswer(change: Change, { _id, author, question }: AnswerDocument, asker: Types.ObjectId): Promise<void> {
  await notify(change, { recipient: asker, kind: 'QUESTION_ANSWERED', actor: author, subject: contentOf('Question', question) });
  await recordActivity(change, { actor: author, kind: 'ANSWERED', subject: contentOf('Answer', _id) });
}

/** An answer that was held comes out: the asker and the author's followers hear of it now. */
export async function releaseAnswer(change: Change, id: Types.ObjectId): Promise<void> {
  const answer = await AnswerModel.findById(id).session(change.session).lean();
  const asker = answer && (await authorOfQuestion(change.session, answer.question));
  if (answer && asker) await tellOfAnswer(change, answer, asker);
}

/** The asker accepts one answer at most; another one, or none, may follow. @throws RulesBroken, RequestError FORBIDDEN */
export async function acceptAnswer(asker: Types.ObjectId, id: Types.ObjectId, accepted: boolean): Promise<AnswerDocument> {
  return changeAnswer(id, async (change, answer) => {
    const { session } = change;
    const question = await QuestionModel.findById(answer.question).session(session).lean();
    if (!question?.author.equals(asker)) throw new RequestError('FORBIDDEN', 'Only whoever asked may accept an answer.');
    if (answer.hiddenAt) throw noAnswer();
    if (answer.accepted === accepted) return answer;
    if (question.acceptedAnswer) await AnswerModel.updateOne({ _id: question.acceptedAnswer }, { $set: { accepted: false } }, { session });
    await AnswerModel.updateOne({ _id: id }, { $set: { accepted } }, { session });
    await QuestionModel.updateOne({ _id: question._id }, { $set: { acceptedAnswer: accepted ? id : null } }, { session });
    if (accepted)
      await notify(change, { recipient: answer.author, kind: 'ANSWER_ACCEPTED', actor: asker, subject: contentOf('Answer', id) });
    return { ...answer, accepted };
  });
}

/** One vote per user, which they may change; null takes it back. @throws RulesBroken NOT_ALLOWED on one's own answer */
export async function voteAnswer(voter: Types.ObjectId, id: Types.ObjectId, helpful: boolean | null): Promise<AnswerDocument> {
  return changeAnswer(id, async ({ session }, answer) => {
    if (answer.hiddenAt) throw noAnswer();
    if (answer.author.equals(voter)) throw broken('NOT_ALLOWED', 'You cannot vote on your own answer.', 'answerId');
    const _id = pairKey({ subject: id, user: voter });
    const before = (await AnswerVoteModel.findById(_id).session(session).lean())?.helpful ?? null;
    if (before === helpful) return answer;
    if (helpful === null) await AnswerVoteModel.deleteOne({ _id }, { session });
    else await AnswerVoteModel.updateOne({ _id }, { $set: { answer: id, voter, helpful, at: new Date() } }, { upsert: true, session });
    const votes = {
      helpful: answer.helpful + Number(helpful === true) - Number(before === true),
      unhelpful: answer.unhelpful + Number(helpful === false) - Number(before === false),
    };
    const counted = { ...votes, helpfulness: wilsonLowerBound(votes.helpful, votes.helpful + votes.unhelpful) };
    await AnswerModel.updateOne({ _id: id }, { $set: counted }, { session });
    return { ...answer, ...counted };
  });
}

/** @throws RulesBroken, RequestError FORBIDDEN */
export async function editAnswer(author: Types.ObjectId, id: Types.ObjectId, body: string): Promise<AnswerDocument> {
  checkAnswer(body);
  return changeAnswer(id, async ({ session }, answer) => {
    requireOwn(author, answer.author, 'answer');
    const changed = { body, editedAt: new Date() };
    await AnswerModel.updateOne({ _id: id }, { $set: changed }, { session });
    return { ...answer, ...changed };
  });
}

/** @throws RulesBroken, RequestError FORBIDDEN */
export async function deleteAnswer(author: Types.ObjectId, id: Types.ObjectId): Promise<AnswerDocument> {
  return changeAnswer(id, async (change, answer) => {
    requireOwn(author, answer.author, 'answer');
    const { session } = change;
    await AnswerModel.deleteOne({ _id: id }, { session });
    await AnswerVoteModel.deleteMany({ answer: id }, { session });
    if (!answer.hiddenAt) await leaveQuestion(session, answer);
    await withdrawActivity(change, id);
    return answer;
  });
}

/** Questions that others have answered stay: the answers are theirs. @throws RulesBroken NOT_ALLOWED, RequestError FORBIDDEN */
export async function deleteQuestion(author: Types.ObjectId, id: Types.ObjectId): Promise<QuestionDocument> {
  return recordChange(questionKey(id), async (change) => {
    const { session } = change;
    const question = await QuestionModel.findById(id).session(session).lean();
    if (!question) throw broken('NOT_FOUND', 'There is no such question.', 'questionId');
    requireOwn(author, question.author, 'question');
    if (question.answerCount > 0) throw broken('NOT_ALLOWED', 'A question that was answered stays.', 'questionId');
    await QuestionModel.deleteOne({ _id: id }, { session });
    await withdrawActivity(change, id);
    return question;
  });
}

function requireOwn(user: Types.ObjectId, author: Types.ObjectId, what: string): void {
  if (!author.equals(user)) throw new RequestError('FORBIDDEN', `This ${what} is somebody else’s.`);
}

const noAnswer = () => broken('NOT_FOUND', 'There is no such answer.', 'answerId');

async function changeAnswer(
  id: Types.ObjectId,
  work: (change: Change, answer: AnswerDocument) => Promise<AnswerDocument>,
): Promise<AnswerDocument> {
  const found = await AnswerModel.findById(id, { question: 1 }).lean();
  if (!found) throw noAnswer();
  return recordChange(questionKey(found.question), async (change) => {
    const answer = await AnswerModel.findById(id).session(change.session).lean();
    if (!answer) throw noAnswer();
    return work(change, answer);
  });
}

/** An answer that goes counts no longer, and is accepted no longer. */
async function leaveQuestion(session: ClientSession, answer: AnswerDocument): Promise<void> {
  const unaccept = answer.accepted ? { $set: { acceptedAnswer: null } } : {};
  await QuestionModel.updateOne({ _id: answer.question }, { $inc: { answerCount: -1 }, ...unaccept }, { session });
}

/** @returns null where there is no such question */
export async function authorOfQuestion(session: ClientSession, id: Types.ObjectId): Promise<Types.ObjectId | null> {
  return (await QuestionModel.findById(id, { author: 1 }).session(session).lean())?.author ?? null;
}

/** Takes a question out of sight, or puts it back. @returns its author, or null where there is none */
export async function showQuestion(change: Change, id: Types.ObjectId, visible: boolean): Promise<Types.ObjectId | null> {
  const question = await QuestionModel.findById(id).session(change.session).lean();
  if (!question) return null;
  if ((question.hiddenAt === null) !== visible) {
    await QuestionModel.updateOne({ _id: id }, { $set: { hiddenAt: visible ? null : new Date() } }, { session: change.session });
    await change.hideEvents(`Question:${id.toHexString()}`, !visible);
  }
  return question.author;
}

/** @returns null where there is no such answer */
export async function authorOfAnswer(session: ClientSession, id: Types.ObjectId): Promise<Types.ObjectId | null> {
  return (await AnswerModel.findById(id, { author: 1 }).session(session).lean())?.author ?? null;
}

/** Takes an answer out of sight, or puts it back. @returns its author, or null where there is none */
export async function showAnswer(change: Change, id: Types.ObjectId, visible: boolean): Promise<Types.ObjectId | null> {
  const { session } = change;
  const answer = await AnswerModel.findById(id).session(session).lean();
  if (!answer) return null;
  if ((answer.hiddenAt === null) !== visible) {
    await AnswerModel.updateOne({ _id: id }, { $set: { hiddenAt: visible ? null : new Date(), accepted: false } }, { session });
    if (visible) await QuestionModel.updateOne({ _id: answer.question }, { $inc: { answerCount: 1 } }, { session });
    else await leaveQuestion(session, answer);
    await change.hideEvents(`Answer:${id.toHexString()}`, !visible);
  }
  return answer.author;
}

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
    ...(typeof answered === 'boolean' && { answerCount: answered ? { $gt: 0 } : 0 }),
  };
  return { name: `questions/${sort}`, filter, order: questionOrders[sort] };
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
