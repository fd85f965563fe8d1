import type { Types } from 'mongoose';
import { pagesByParent } from '../../relay/connection.js';
import type { LoaderDefinition } from '../../relay/context.js';
import { byId } from '../../relay/loader.js';
import {
  AnswerModel,
  AnswerVoteModel,
  QuestionModel,
  type AnswerDocument,
  type AnswerVoteDocument,
  type QuestionDocument,
} from './question.model.js';

export const questionById = byId<QuestionDocument>(QuestionModel);
export const answerById = byId<AnswerDocument>(AnswerModel);
export const questionsOfProduct = pagesByParent<QuestionDocument>(QuestionModel, 'product');
export const answersOfQuestion = pagesByParent<AnswerDocument>(AnswerModel, 'question');

export interface AnswerVoteKey {
  answer: Types.ObjectId;
  voter: Types.ObjectId;
}

export const voteOnAnswer: LoaderDefinition<AnswerVoteKey, AnswerVoteDocument> = {
  cacheKey: ({ answer, voter }) => `${answer.toHexString()}:${voter.toHexString()}`,
  async batch(keys) {
    const ids = keys.map((key) => voteOnAnswer.cacheKey(key));
    const votes = await AnswerVoteModel.find({ _id: { $in: ids } }).lean();
    const byKey = new Map(votes.map((vote) => [vote._id, vote]));
    return ids.map((id) => byKey.get(id) ?? null);
  },
};
