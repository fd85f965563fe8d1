/** What an event says of an answer, for those who watch its question and those who watch the product. */
import type { LoggedEvent } from '../../realtime/index.js';
import { changeKindOf, kindAsTold, type ChangeKind } from '../../relay/change-kind.js';
import { edgeIn, type Edge } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { toGlobalId } from '../../relay/global-id.js';
import { answerList } from './answer.service.js';
import type { QuestionLoaders } from './question.loader.js';
import type { AnswerDocument } from './question.model.js';

interface AnswerChangeEntry {
  kind: ChangeKind;
  answerId: string;
  answer: AnswerDocument | null;
  edge: Edge<AnswerDocument> | null;
}

export async function answerChangeOf(
  { type, data }: LoggedEvent,
  { answerById, questionById }: QuestionLoaders,
  context: RequestContext,
): Promise<AnswerChangeEntry> {
  const id = data['answer'] as AnswerDocument['_id'];
  const happened = changeKindOf(type);
  const found = happened === 'REMOVED' ? null : await context.load(answerById, id);
  const question = found && (await context.load(questionById, found.question));
  const answer = found && question && !found.hiddenAt && !question.hiddenAt ? found : null;
  const kind = kindAsTold(happened, answer);
  const edge = kind === 'ADDED' && answer ? edgeIn(answerList(answer.question, []), answer) : null;
  return { kind, answerId: toGlobalId('Answer', id), answer, edge };
}
