import type { Types } from 'mongoose';
import type { Connection } from '../../relay/connection.js';
import type { LoaderDefinition } from '../../relay/context.js';
import { byId, byPair, type Pair } from '../../store/loaders.js';
import { pagesByParent, type ListKey } from '../../store/paging.js';
import type { AnswerDocument, AnswerVoteDocument, QuestionDocument, QuestionModels } from './question.model.js';

export interface QuestionLoaders {
  questionById: LoaderDefinition<Types.ObjectId, QuestionDocument>;
  answerById: LoaderDefinition<Types.ObjectId, AnswerDocument>;
  questionsOfProduct: LoaderDefinition<ListKey, Connection<QuestionDocument>>;
  answersOfQuestion: LoaderDefinition<ListKey, Connection<AnswerDocument>>;
  voteOnAnswer: LoaderDefinition<Pair, AnswerVoteDocument>;
}

export function questionLoaders({ questions, answers, votes }: QuestionModels): QuestionLoaders {
  return {
    questionById: byId<QuestionDocument>(questions),
    answerById: byId<AnswerDocument>(answers),
    questionsOfProduct: pagesByParent<QuestionDocument>(questions, 'product'),
    answersOfQuestion: pagesByParent<AnswerDocument>(answers, 'question'),
    voteOnAnswer: byPair<AnswerVoteDocument>(votes),
  };
}
