/** Questions that somebody may answer, and those that they answered. */
import type { Types } from 'mongoose';
import { listsBelow } from '../../store/below.js';
import type { QuestionDocument, QuestionModels } from './question.model.js';

/** Of each product, the latest. */
const maxUnanswered = 5;
const maxAnswered = 2;

export type AnswerableQuestion = Pick<QuestionDocument, '_id' | 'product' | 'author' | 'terms' | 'answerCount' | 'createdAt'>;

const fields = { product: 1, author: 1, terms: 1, answerCount: 1, createdAt: 1 } as const;

export class AnswerableQuestions {
  constructor(private readonly models: QuestionModels) {}

  /**
   * The latest visible questions about each product without answers, and a few with some, in one query.
   * @param except whose questions are left out
   */
  async openQuestions(products: readonly Types.ObjectId[], except: readonly Types.ObjectId[]): Promise<AnswerableQuestion[]> {
    if (products.length === 0) return [];
    const latest = (answered: boolean, limit: number): object[] => [
      { $match: { hiddenAt: null, answered } },
      { $sort: { createdAt: -1, _id: -1 } },
      { $limit: limit },
      { $project: fields },
    ];
    const parts = [latest(false, maxUnanswered), latest(true, maxAnswered)];
    const found = await listsBelow<AnswerableQuestion>(this.models.questions, 'product', products, parts);
    return found.flatMap(({ rows }) => rows).filter(({ author }) => !except.some((user) => user.equals(author)));
  }

  /** The questions that a user answered lately. */
  async answeredBy(author: Types.ObjectId, limit: number): Promise<AnswerableQuestion[]> {
    const answers = await this.models.answers.find({ author }, { question: 1 }).sort({ createdAt: -1, _id: -1 }).limit(limit).lean();
    return this.models.questions.find({ _id: { $in: answers.map(({ question }) => question) } }, fields).lean();
  }

  /** Which of some questions a user answered. */
  async answeredAmong(author: Types.ObjectId, questions: readonly Types.ObjectId[]): Promise<ReadonlySet<string>> {
    const answers = await this.models.answers.find({ author, question: { $in: questions } }, { question: 1 }).lean();
    return new Set(answers.map(({ question }) => question.toHexString()));
  }
}
