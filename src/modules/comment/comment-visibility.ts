/** Which comments a viewer may see. A comment is seen with its subject only. */
import type { Types } from 'mongoose';
import type { RequestContext } from '../../relay/context.js';
import type { ClientSession } from '../../store/database.js';
import type { SeenContent } from '../module.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { CommentLoaders } from './comment.loader.js';
import type { CommentDocument, CommentModels } from './comment.model.js';
import type { SubjectKinds } from './subject-kinds.js';

interface VisibilityDependencies {
  models: CommentModels;
  loaders: CommentLoaders;
  subjects: SubjectKinds;
  socialGraph: SocialGraphVerbs;
}

export class CommentVisibility {
  constructor(private readonly dependencies: VisibilityDependencies) {}

  /** A comment, unless it or its subject is hidden from everybody or from the viewer. */
  async visibleComment(id: Types.ObjectId, context: RequestContext): Promise<CommentDocument | null> {
    const { loaders, socialGraph } = this.dependencies;
    const comment = await context.load(loaders.commentById, id);
    if (!comment || !(await socialGraph.showsTo(context, { author: comment.author, hidden: comment.hiddenAt !== null }))) return null;
    return (await this.subjectOf(comment, context)) ? comment : null;
  }

  /** What a comment is about, as the viewer may see it; null where that is gone. */
  async subjectOf(
    { subjectType, subject }: Pick<CommentDocument, 'subject' | 'subjectType'>,
    context: RequestContext,
  ): Promise<object | null> {
    const found = await this.dependencies.subjects.find(subjectType)?.comments.find(context, subject);
    return found ? { ...found, __typename: subjectType } : null;
  }

  /** The same for what the viewer does, in its transaction; null where the comment does not exist for them. */
  async seenBy(session: ClientSession, viewer: Types.ObjectId, id: Types.ObjectId): Promise<SeenContent | null> {
    const { models, subjects, socialGraph } = this.dependencies;
    const comment = await models.comments.findById(id).session(session).lean();
    if (!comment) return null;
    const { author } = comment;
    const subject = await subjects.find(comment.subjectType)?.seenBy(session, viewer, comment.subject);
    const hidden = comment.hiddenAt !== null || !subject || subject.hidden;
    if (!(await socialGraph.maySee(viewer, { author, hidden }, session))) return null;
    return { author, hidden, revisedAt: comment.editedAt ?? comment.createdAt };
  }
}

/** What is shown in the place of a hidden comment that has replies. */
export function placeOf(comment: CommentDocument): CommentDocument {
  return comment.hiddenAt ? { ...comment, body: '', mentions: [], reactions: {} } : comment;
}

/** What is listed of a comment that was removed: its place, while it has replies. */
export function placeKept(comment: CommentDocument): CommentDocument | null {
  const isGone = comment.hiddenAt !== null || comment.deletedAt !== null;
  return isGone && comment.replyCount > 0 ? placeOf(comment) : null;
}
