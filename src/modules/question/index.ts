export { importAnswers, importQuestions } from './question.bulk.js';
export { answerById, questionById } from './question.loader.js';
export { AnswerModel, type AnswerDocument } from './question.model.js';
export { AnswerResolver, ProductQuestionsResolver, QuestionResolver } from './question.resolver.js';
export { authorOfAnswer, authorOfQuestion, releaseAnswer, releaseQuestion, showAnswer, showQuestion } from './question.service.js';
export { Answer, Question } from './question.type.js';
