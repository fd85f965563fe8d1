/** How an answer that is there is changed: together with its question, one change at a time. */
import type { Types } from 'mongoose';
import { broken } from '../../errors.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { AnswerDocument, QuestionModels } from './question.model.js';
import { questionKey } from './question.service.js';

/** @returns the answer, as changed */
type AnswerWork = (change: Change, answer: AnswerDocument) => Promise<AnswerDocument>;

export class AnswerChanges {
  constructor(
    private readonly models: QuestionModels,
    private readonly realtime: Realtime,
  ) {}

  /** @throws RulesBroken NOT_FOUND, and what the work throws */
  async change(id: Types.ObjectId, work: AnswerWork): Promise<AnswerDocument> {
    const found = await this.models.answers.findById(id, { question: 1 }).lean();
    if (!found) throw noAnswer();
    return this.realtime.recordChange([questionKey(found.question)], async (change) => {
      const answer = await this.models.answers.findById(id).session(change.session).lean();
      if (!answer) throw noAnswer();
      return work(change, answer);
    });
  }
}

export const noAnswer = () => broken('NOT_FOUND', 'There is no such answer.', 'answerId');
