/** Questions and answers of another shop or data set, in bulk. */
import { insertMissing } from '../../store/documents.js';
import type { AnswerDocument, QuestionDocument, QuestionModels } from './question.model.js';
import { keywordsOf } from '../../search/index.js';

export class QuestionBulk {
  constructor(private readonly models: QuestionModels) {}

  /** @returns how many were new */
  importQuestions(questions: readonly Omit<QuestionDocument, 'terms'>[]): Promise<number> {
    return insertMissing(
      this.models.questions,
      questions.map((question) => ({ ...question, terms: keywordsOf(question.body) })),
    );
  }

  /** The questions' counts must hold these answers already. @returns how many were new */
  importAnswers(answers: readonly AnswerDocument[]): Promise<number> {
    return insertMissing(this.models.answers, answers);
  }
}
