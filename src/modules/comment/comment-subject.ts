/** What can be commented on. A module whose objects can be registers them here. */
import type { Types } from 'mongoose';
import type { RequestContext } from '../../relay/context.js';
import type { ClientSession } from '../../store/transaction.js';
import { productById, ProductModel } from '../catalog/index.js';
import { answerById, AnswerModel, authorOfAnswer } from '../question/index.js';
import { authorOfReview, reviewById, ReviewModel } from '../review/index.js';
import { authorOfShare, ShareModel, visibleShare } from '../share/index.js';

export interface CommentSubjectKind {
  /** What a comment contends for with other changes of its subject. */
  keyOf(id: Types.ObjectId): string;
  /** Moves the subject's count of comments. @returns false where there is no such subject, or it cannot be seen */
  count(session: ClientSession, id: Types.ObjectId, by: number): Promise<boolean>;
  /** Who wrote the subject, where somebody did. */
  authorOf(session: ClientSession, id: Types.ObjectId): Promise<Types.ObjectId | null>;
  find(context: RequestContext, id: Types.ObjectId): Promise<object | null>;
}

const kinds = new Map<string, CommentSubjectKind>();

function registerCommentSubject(type: string, kind: CommentSubjectKind): void {
  kinds.set(type, kind);
}

export function commentSubjectKind(type: string): CommentSubjectKind | undefined {
  return kinds.get(type);
}

registerCommentSubject('Product', {
  keyOf: (id) => `product:${id.toHexString()}`,
  async count(session, id, by) {
    const { matchedCount } = await ProductModel.updateOne({ _id: id }, { $inc: { commentCount: by } }, { session });
    return matchedCount === 1;
  },
  authorOf: async () => null,
  find: (context, id) => context.load(productById, id),
});

registerCommentSubject('Review', {
  keyOf: (id) => `review:${id.toHexString()}`,
  async count(session, id, by) {
    const { matchedCount } = await ReviewModel.updateOne({ _id: id, visible: true }, { $inc: { commentCount: by } }, { session });
    return matchedCount === 1;
  },
  authorOf: authorOfReview,
  async find(context, id) {
    const review = await context.load(reviewById, id);
    return review?.visible ? review : null;
  },
});

registerCommentSubject('Answer', {
  keyOf: (id) => `answer:${id.toHexString()}`,
  async count(session, id, by) {
    const { matchedCount } = await AnswerModel.updateOne({ _id: id, hiddenAt: null }, { $inc: { commentCount: by } }, { session });
    return matchedCount === 1;
  },
  authorOf: authorOfAnswer,
  async find(context, id) {
    const answer = await context.load(answerById, id);
    return answer?.hiddenAt === null ? answer : null;
  },
});

registerCommentSubject('Share', {
  keyOf: (id) => `share:${id.toHexString()}`,
  async count(session, id, by) {
    const open = { _id: id, hiddenAt: null, channel: 'FOLLOWERS' as const };
    const { matchedCount } = await ShareModel.updateOne(open, { $inc: { commentCount: by } }, { session });
    return matchedCount === 1;
  },
  authorOf: authorOfShare,
  find: (context, id) => visibleShare(id, context),
});
