/** Questions and answers of another shop or data set, in bulk. Both answer how many were new. */
import { insertMissing } from '../../store/bulk.js';
import { AnswerModel, QuestionModel, type AnswerDocument, type QuestionDocument } from './question.model.js';
import { termsOf } from './similar-questions.js';

export function importQuestions(questions: Omit<QuestionDocument, 'terms'>[]): Promise<number> {
  return insertMissing(
    QuestionModel,
    questions.map((question) => ({ ...question, terms: termsOf(question.body) })),
  );
}

/** The questions' counts must hold these answers already. */
export function importAnswers(answers: AnswerDocument[]): Promise<number> {
  return insertMissing(AnswerModel, answers);
}
