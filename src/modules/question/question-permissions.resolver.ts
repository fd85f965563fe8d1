/** What the viewer can do with questions and answers, as the mutations then answer. */
import { Ctx, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../relay/context.js';
import { FieldResolver } from '../../relay/output.js';
import {
  allowed,
  allowedToAuthor,
  denied,
  deniedToOthers,
  Permission,
  type PermissionAnswer,
  PermissionDenial,
} from '../../relay/permission.js';
import type { AnswerDocument, QuestionDocument } from './question.model.js';
import { Answer, Question } from './question.type.js';

@Resolver(() => Question)
export class QuestionPermissionsResolver {
  @FieldResolver(() => Permission, { description: 'Whether the viewer can delete the question. Questions can’t be edited.' })
  viewerCanDelete(@Root() document: QuestionDocument, @Ctx() context: RequestContext): PermissionAnswer {
    const { answerCount, author } = document;
    return deniedToOthers(context, author) ?? (answerCount > 0 ? denied(PermissionDenial.HAS_ANSWERS) : allowed());
  }
}

@Resolver(() => Answer)
export class AnswerPermissionsResolver {
  @FieldResolver(() => Permission, { description: 'Whether the viewer can edit the answer.' })
  viewerCanEdit(@Root() document: AnswerDocument, @Ctx() context: RequestContext): PermissionAnswer {
    return allowedToAuthor(context, document.author);
  }

  @FieldResolver(() => Permission, { description: 'Whether the viewer can delete the answer.' })
  viewerCanDelete(@Root() document: AnswerDocument, @Ctx() context: RequestContext): PermissionAnswer {
    return allowedToAuthor(context, document.author);
  }
}
