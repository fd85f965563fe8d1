/** What comments hold on a user, for exports and erasures. */
import type { EventEntry } from '../../realtime/index.js';
import { ownedDocuments, type PersonalData } from '../personal-data.js';
import { commentEvent } from './comment.events.js';
import type { CommentDocument, CommentModels } from './comment.model.js';
import { withoutMention } from './mentions.js';

export function commentPersonalData({ comments, reactions }: CommentModels): PersonalData[] {
  return [
    ownedDocuments({ name: 'comments', model: comments, owner: 'author', erase: 'ANONYMISE', texts: ['body'], changeOf }),
    ownedDocuments({ name: 'reactions', model: reactions, owner: 'user', erase: 'ANONYMISE' }),
    {
      name: 'mentions',
      // What others wrote is theirs: text that is out of sight is not read in an export either.
      collect: (user) => comments.find({ mentions: user, hiddenAt: null, deletedAt: null }, { body: 1, createdAt: 1 }).lean(),
      async erase({ session, emitMany, user, handle, max }) {
        const naming = await comments.find({ mentions: user }).limit(max).session(session).lean();
        for (const { _id, body } of naming)
          await comments.updateOne({ _id }, { $set: { body: withoutMention(body, handle) }, $pull: { mentions: user } }, { session });
        await emitMany(naming.map(changeOf).filter((entry) => entry !== null));
        return naming.length;
      },
    },
  ];
}

function changeOf(comment: CommentDocument): EventEntry | null {
  return comment.hiddenAt || comment.deletedAt ? null : commentEvent('COMMENT_EDITED', comment);
}
