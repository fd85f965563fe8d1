/** Comments of another shop or data set, in bulk; nobody is told. */
import type { Types } from 'mongoose';
import { insertMissing } from '../../store/documents.js';
import type { CatalogVerbs } from '../catalog/index.js';
import type { CommentDocument, CommentModels } from './comment.model.js';

export class CommentBulk {
  constructor(
    private readonly models: CommentModels,
    private readonly catalog: CatalogVerbs,
  ) {}

  /** Counts on products and on comments that are replied to are moved by what is new. @returns how many were new */
  async importComments(comments: readonly CommentDocument[]): Promise<number> {
    const earlier = await this.models.comments.find({ _id: { $in: comments.map(({ _id }) => _id) } }, { _id: 1 }).lean();
    const ids = new Set(earlier.map(({ _id }) => _id.toHexString()));
    const fresh = comments.filter(({ _id }) => !ids.has(_id.toHexString()));
    await insertMissing(this.models.comments, fresh);
    const onProducts = fresh.filter(({ subjectType }) => subjectType === 'Product');
    await this.catalog.countComments(
      onProducts.map(({ subject }) => subject),
      1,
    );
    await this.countReplies(fresh.flatMap(({ parent }) => parent ?? []));
    return fresh.length;
  }

  private async countReplies(parents: Types.ObjectId[]): Promise<void> {
    if (parents.length === 0) return;
    const moves = parents.map((_id) => ({ updateOne: { filter: { _id }, update: { $inc: { replyCount: 1 } } } }));
    await this.models.comments.bulkWrite(moves, { ordered: false });
  }
}
