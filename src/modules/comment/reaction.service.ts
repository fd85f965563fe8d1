/** Reactions to comments: one of each user to each comment. */
import type { Types } from 'mongoose';
import { broken } from '../../errors.js';
import type { Realtime } from '../../realtime/index.js';
import { pairKey } from '../../store/loaders.js';
import type { NotificationVerbs } from '../notification/index.js';
import type { CommentVisibility } from './comment-visibility.js';
import type { CommentDocument, CommentModels, ReactionName } from './comment.model.js';

interface ReactionDependencies {
  models: CommentModels;
  realtime: Realtime;
  notifications: NotificationVerbs;
  visibility: CommentVisibility;
}

export class ReactionService {
  constructor(private readonly dependencies: ReactionDependencies) {}

  /** One reaction per user, which they may change; null takes it back. @throws RulesBroken */
  async reactToComment(user: Types.ObjectId, id: Types.ObjectId, reaction: ReactionName | null): Promise<CommentDocument> {
    const { models, realtime, notifications, visibility } = this.dependencies;
    const { comments, reactions } = models;
    return realtime.recordChange([`comment:${id.toHexString()}`], async (change) => {
      const { session } = change;
      const seen = await visibility.seenBy(session, user, id);
      const comment = seen && !seen.hidden && (await comments.findOne({ _id: id, deletedAt: null }).session(session).lean());
      if (!comment) throw broken('NOT_FOUND', 'There is no such comment.', 'commentId');
      const _id = pairKey({ subject: id, user });
      const before = (await reactions.findById(_id).session(session).lean())?.reaction ?? null;
      if (before === reaction) return comment;
      if (reaction === null) await reactions.deleteOne({ _id }, { session });
      else await reactions.updateOne({ _id }, { $set: { comment: id, user, reaction, at: new Date() } }, { upsert: true, session });
      const moves = { ...(before && { [`reactions.${before}`]: -1 }), ...(reaction && { [`reactions.${reaction}`]: 1 }) };
      const changed = await comments.findOneAndUpdate({ _id: id }, { $inc: moves }, { returnDocument: 'after', session }).lean();
      if (reaction)
        await notifications.notify(change, { recipient: comment.author, kind: 'REACTED', actor: user, subject: { type: 'Comment', id } });
      return changed!;
    });
  }
}
