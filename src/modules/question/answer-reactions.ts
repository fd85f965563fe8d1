/** What others make of an answer: readers' votes, and whether the asker accepts it. */
import type { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { wilsonLowerBound } from '../../scoring/index.js';
import { pairKey } from '../../store/loaders.js';
import type { NotificationVerbs } from '../notification/index.js';
import type { AnswerChanges } from './answer-change.js';
import { answerEvents } from './question.events.js';
import type { AnswerDocument, QuestionModels } from './question.model.js';

export class AnswerReactions {
  constructor(
    private readonly models: QuestionModels,
    private readonly changes: AnswerChanges,
    private readonly notifications: NotificationVerbs,
  ) {}

  /** The asker accepts one answer at most; another one, or none, may follow. @throws RulesBroken, RequestError FORBIDDEN */
  async accept(asker: Types.ObjectId, id: Types.ObjectId, accepted: boolean): Promise<AnswerDocument> {
    const { answers, questions } = this.models;
    return this.changes.ofReader(asker, id, async (change, answer) => {
      const { session } = change;
      const question = await questions.findById(answer.question).session(session).lean();
      if (!question?.author.equals(asker)) throw new RequestError('FORBIDDEN', 'Only the asker can accept an answer.');
      if (answer.accepted === accepted) return answer;
      // Also of one that is hidden: when it comes back, it does not take the place again.
      await answers.updateMany({ question: question._id, accepted: true }, { $set: { accepted: false } }, { session });
      await answers.updateOne({ _id: id }, { $set: { accepted } }, { session });
      await questions.updateOne({ _id: question._id }, { $set: { acceptedAnswer: accepted ? id : null } }, { session });
      await change.emitMany(answerEvents('ANSWER_EDITED', answer, asker));
      const earlier = question.acceptedAnswer?.equals(id) ? null : question.acceptedAnswer;
      const replaced = earlier && (await answers.findById(earlier).session(session).lean());
      if (replaced) await change.emitMany(answerEvents('ANSWER_EDITED', replaced, asker));
      if (accepted) {
        const subject = { type: 'Answer', id };
        await this.notifications.notify(change, { recipient: answer.author, kind: 'ANSWER_ACCEPTED', actor: asker, subject });
      }
      return { ...answer, accepted };
    });
  }

  /** One vote per user, which they may change; null takes it back. @throws RulesBroken NOT_ALLOWED on one's own answer */
  async vote(voter: Types.ObjectId, id: Types.ObjectId, helpful: boolean | null): Promise<AnswerDocument> {
    const { answers, votes } = this.models;
    return this.changes.ofReader(voter, id, async ({ session }, answer) => {
      if (answer.author.equals(voter)) throw broken('NOT_ALLOWED', 'You can’t vote on your own answer.', 'answerId');
      const _id = pairKey({ subject: id, user: voter });
      const before = (await votes.findById(_id).session(session).lean())?.helpful ?? null;
      if (before === helpful) return answer;
      if (helpful === null) await votes.deleteOne({ _id }, { session });
      else await votes.updateOne({ _id }, { $set: { answer: id, voter, helpful, at: new Date() } }, { upsert: true, session });
      const counts = {
        helpful: answer.helpful + Number(helpful === true) - Number(before === true),
        unhelpful: answer.unhelpful + Number(helpful === false) - Number(before === false),
      };
      const counted = { ...counts, helpfulness: wilsonLowerBound(counts.helpful, counts.helpful + counts.unhelpful) };
      await answers.updateOne({ _id: id }, { $set: counted }, { session });
      return { ...answer, ...counted };
    });
  }
}
