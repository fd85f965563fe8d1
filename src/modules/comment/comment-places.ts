/**
 * Where comments stand and how they are counted. A subject counts the comments whose text can be read; a comment counts
 * the replies that are listed right below it. One that is hidden is listed for as long as there are replies below it, so
 * that whatever is counted can be reached.
 */
import type { Types } from 'mongoose';
import type { ClientSession } from '../../store/database.js';
import type { CommentDocument, CommentModels } from './comment.model.js';
import type { SubjectKinds } from './subject-kinds.js';

type Place = Pick<CommentDocument, 'hiddenAt' | 'replyCount'>;

/** The filter of lists for the same rule. */
export const listedFilter = { $or: [{ hiddenAt: null }, { replyCount: { $gt: 0 } }] };

function isListed({ hiddenAt, replyCount }: Place): boolean {
  return hiddenAt === null || replyCount > 0;
}

function isRead({ hiddenAt, deletedAt }: CommentDocument): boolean {
  return hiddenAt === null && deletedAt === null;
}

export class CommentPlaces {
  constructor(
    private readonly models: CommentModels,
    private readonly subjects: SubjectKinds,
  ) {}

  /** Moves the counts that follow from a comment that was added, changed or removed; null stands for no comment. */
  async recount(session: ClientSession, before: CommentDocument | null, after: CommentDocument | null): Promise<void> {
    const { subjectType, subject, parent } = (after ?? before)!;
    const read = Number(after !== null && isRead(after)) - Number(before !== null && isRead(before));
    if (read !== 0) await this.subjects.find(subjectType)?.comments.count(session, subject, read);
    const listed = Number(after !== null && isListed(after)) - Number(before !== null && isListed(before));
    if (listed !== 0) await this.countReplies(session, parent, listed);
  }

  /** Moves the count of replies of a comment, and further up where that makes a hidden comment appear or go. */
  private async countReplies(session: ClientSession, parent: Types.ObjectId | null, by: number): Promise<void> {
    for (let next = parent; next;) {
      const changed: CommentDocument | null = await this.models.comments
        .findOneAndUpdate({ _id: next }, { $inc: { replyCount: by } }, { returnDocument: 'after', session })
        .lean();
      if (!changed || isListed(changed) === isListed({ ...changed, replyCount: changed.replyCount - by })) return;
      next = changed.parent;
    }
  }
}
