/** What comments hold on a user, for exports and erasures. */
import { registerOwnedDocuments, registerPersonalData, UserModel } from '../user/index.js';
import { CommentModel, ReactionModel } from './comment.model.js';
import { withoutMention } from './mentions.js';

registerOwnedDocuments({ name: 'comments', model: CommentModel, owner: 'author', erase: 'ANONYMISE', texts: ['body'] });
registerOwnedDocuments({ name: 'reactions', model: ReactionModel, owner: 'user', erase: 'ANONYMISE' });
registerPersonalData({
  name: 'mentions',
  collect: (user) => CommentModel.find({ mentions: user }, { body: 1, createdAt: 1 }).lean(),
  async erase({ session, user }) {
    const handle = (await UserModel.findById(user, { handle: 1 }).session(session).lean())?.handle;
    const named = await CommentModel.find({ mentions: user }, { body: 1 }).session(session).lean();
    for (const { _id, body } of named)
      await CommentModel.updateOne({ _id }, { $set: { body: withoutMention(body, handle ?? '') }, $pull: { mentions: user } }, { session });
  },
});
