/** What comments hold on a user, for exports and erasures. */
import { ownedDocuments, type PersonalData } from '../personal-data.js';
import type { CommentModels } from './comment.model.js';
import { withoutMention } from './mentions.js';

export function commentPersonalData({ comments, reactions }: CommentModels): PersonalData[] {
  return [
    ownedDocuments({ name: 'comments', model: comments, owner: 'author', erase: 'ANONYMISE', texts: ['body'] }),
    ownedDocuments({ name: 'reactions', model: reactions, owner: 'user', erase: 'ANONYMISE' }),
    {
      name: 'mentions',
      // What others wrote is theirs: text that is out of sight is not read in an export either.
      collect: (user) => comments.find({ mentions: user, hiddenAt: null, deletedAt: null }, { body: 1, createdAt: 1 }).lean(),
      async erase({ session, user, handle, max }) {
        const naming = await comments.find({ mentions: user }, { body: 1 }).limit(max).session(session).lean();
        for (const { _id, body } of naming)
          await comments.updateOne({ _id }, { $set: { body: withoutMention(body, handle) }, $pull: { mentions: user } }, { session });
        return naming.length;
      },
    },
  ];
}
