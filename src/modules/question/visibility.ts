/** Which questions and answers a viewer may see. An answer is seen with its question only. */
import type { Types } from 'mongoose';
import type { RequestContext } from '../../relay/context.js';
import type { ClientSession } from '../../store/database.js';
import type { SeenContent } from '../module.js';
import type { Hideable, SocialGraphVerbs } from '../social-graph/index.js';
import type { QuestionLoaders } from './question.loader.js';
import type { AnswerDocument, QuestionDocument, QuestionModels } from './question.model.js';

export class Visibility {
  constructor(
    private readonly models: QuestionModels,
    private readonly loaders: QuestionLoaders,
    private readonly socialGraph: SocialGraphVerbs,
  ) {}

  async question(id: Types.ObjectId, context: RequestContext): Promise<QuestionDocument | null> {
    const question = await context.load(this.loaders.questionById, id);
    return question && (await this.socialGraph.showsTo(context, hideable(question))) ? question : null;
  }

  async answer(id: Types.ObjectId, context: RequestContext): Promise<AnswerDocument | null> {
    const answer = await context.load(this.loaders.answerById, id);
    if (!answer || !(await this.socialGraph.showsTo(context, hideable(answer)))) return null;
    return (await this.question(answer.question, context)) ? answer : null;
  }

  async questionSeenBy(session: ClientSession, viewer: Types.ObjectId, id: Types.ObjectId): Promise<SeenContent | null> {
    const question = await this.models.questions.findById(id).session(session).lean();
    if (!question || !(await this.socialGraph.maySee(viewer, hideable(question), session))) return null;
    return { ...hideable(question), revisedAt: question.createdAt };
  }

  async answerSeenBy(session: ClientSession, viewer: Types.ObjectId, id: Types.ObjectId): Promise<SeenContent | null> {
    const answer = await this.models.answers.findById(id).session(session).lean();
    const question = answer && (await this.models.questions.findById(answer.question).session(session).lean());
    if (!question) return null;
    const hidden =
      answer.hiddenAt !== null || !(await this.socialGraph.maySee(viewer, hideable(question), session)) || question.hiddenAt !== null;
    if (!(await this.socialGraph.maySee(viewer, { author: answer.author, hidden }, session))) return null;
    return { author: answer.author, hidden, revisedAt: answer.editedAt ?? answer.createdAt };
  }
}

export function hideable({ author, hiddenAt }: Pick<AnswerDocument, 'author' | 'hiddenAt'>): Hideable {
  return { author, hidden: hiddenAt !== null };
}
