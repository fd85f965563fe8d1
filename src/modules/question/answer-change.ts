/** How an answer that is there is changed: together with its question, one change at a time. */
import type { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { AnswerDocument, QuestionModels } from './question.model.js';
import { questionKey } from './question.service.js';
import type { Visibility } from './visibility.js';

/** @returns the answer, as changed */
type AnswerWork = (change: Change, answer: AnswerDocument) => Promise<AnswerDocument>;

export class AnswerChanges {
  constructor(
    private readonly models: QuestionModels,
    private readonly realtime: Realtime,
    private readonly visibility: Visibility,
  ) {}

  /** Changes the author's own answer, hidden or not. @throws RulesBroken NOT_FOUND, RequestError FORBIDDEN, and what the work throws */
  ofAuthor(author: Types.ObjectId, id: Types.ObjectId, work: AnswerWork): Promise<AnswerDocument> {
    return this.change(id, async (change, answer) => {
      if (answer.author.equals(author)) return work(change, answer);
      if (!(await this.visibility.answerSeenBy(change.session, author, id))) throw noAnswer();
      throw new RequestError('FORBIDDEN', 'You can only change your own answers.');
    });
  }

  /** What others do with an answer that they see. @throws RulesBroken NOT_FOUND, and what the work throws */
  ofReader(reader: Types.ObjectId, id: Types.ObjectId, work: AnswerWork): Promise<AnswerDocument> {
    return this.change(id, async (change, answer) => {
      const seen = await this.visibility.answerSeenBy(change.session, reader, id);
      if (!seen || seen.hidden) throw noAnswer();
      return work(change, answer);
    });
  }

  private async change(id: Types.ObjectId, work: AnswerWork): Promise<AnswerDocument> {
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
