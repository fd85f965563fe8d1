import type { Types } from 'mongoose';
import type { Connection } from '../../relay/connection.js';
import type { LoaderDefinition } from '../../relay/context.js';
import { byId } from '../../store/loaders.js';
import { pagesByParent, type ListKey } from '../../store/paging.js';
import type { AppealDocument, ModerationModels, ReportDocument } from './moderation.model.js';

export interface ModerationLoaders {
  appealById: LoaderDefinition<Types.ObjectId, AppealDocument>;
  /** The newest appeal of each case. */
  latestAppeal: LoaderDefinition<string, AppealDocument>;
  /** How many decisions there are about each user, role changes and restorations left out. */
  decisionCount: LoaderDefinition<Types.ObjectId, number>;
  reportsOfCase: LoaderDefinition<ListKey, Connection<ReportDocument>>;
}

export function moderationLoaders({ appeals, audit, reports }: ModerationModels): ModerationLoaders {
  return {
    appealById: byId<AppealDocument>(appeals),
    latestAppeal: {
      cacheKey: (key) => key,
      async batch(keys) {
        const found = await appeals
          .find({ case: { $in: keys } })
          .sort({ at: -1 })
          .lean();
        return keys.map((key) => found.find((appeal) => appeal.case === key) ?? null);
      },
    },
    decisionCount: {
      cacheKey: (user) => user.toHexString(),
      async batch(users) {
        const counts = await audit.aggregate<{ _id: Types.ObjectId; count: number }>([
          { $match: { user: { $in: users }, action: { $in: ['HIDE', 'WARN', 'BAN', 'RESTRICT', 'RENAME'] } } },
          { $group: { _id: '$user', count: { $sum: 1 } } },
        ]);
        return users.map((user) => counts.find(({ _id }) => _id.equals(user))?.count ?? 0);
      },
    },
    reportsOfCase: pagesByParent<ReportDocument>(reports, 'case'),
  };
}
