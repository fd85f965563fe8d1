/** Which questions and answers a viewer may see. */
import type { Types } from 'mongoose';
import type { RequestContext } from '../../relay/context.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { QuestionLoaders } from './question.loader.js';
import type { AnswerDocument, QuestionDocument } from './question.model.js';

type Hideable = Pick<AnswerDocument, 'author' | 'hiddenAt'>;

export class Visibility {
  constructor(
    private readonly loaders: QuestionLoaders,
    private readonly socialGraph: SocialGraphVerbs,
  ) {}

  async question(id: Types.ObjectId, context: RequestContext): Promise<QuestionDocument | null> {
    return this.unlessHidden(await context.load(this.loaders.questionById, id), context);
  }

  async answer(id: Types.ObjectId, context: RequestContext): Promise<AnswerDocument | null> {
    return this.unlessHidden(await context.load(this.loaders.answerById, id), context);
  }

  /** What is not hidden from everybody or from the viewer. */
  private async unlessHidden<Content extends Hideable>(content: Content | null, context: RequestContext): Promise<Content | null> {
    if (!content || content.hiddenAt) return null;
    return (await this.socialGraph.isHiddenFrom(context, content.author)) ? null : content;
  }
}
