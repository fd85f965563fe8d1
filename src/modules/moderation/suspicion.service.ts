/** Content that software finds suspicious: it comes before the moderators with the reasons, and nothing else happens to it. */
import type { Types } from 'mongoose';
import type { Realtime } from '../../realtime/index.js';
import { contentKey, type ContentReference } from '../domain-events.js';
import type { ModeratedKinds } from './moderated-kinds.js';
import { caseLock } from './moderation-cases.js';
import type { ModerationModels, SuspicionDocument } from './moderation.model.js';

interface SuspicionDependencies {
  models: ModerationModels;
  realtime: Realtime;
  kinds: ModeratedKinds;
}

export class SuspicionService {
  constructor(private readonly dependencies: SuspicionDependencies) {}

  /** Opens a case, or adds to one. What was decided before is decided anew only where there is another kind of reason. */
  async suspect(content: ContentReference, author: Types.ObjectId, suspicion: Omit<SuspicionDocument, 'at'>): Promise<void> {
    const { models, realtime, kinds } = this.dependencies;
    const _id = contentKey(content);
    const known = await models.cases.findById(_id).lean();
    if (known?.suspicion && !isNews(known.suspicion, suspicion)) return;
    await realtime.recordChange([caseLock(content)], async ({ session }) => {
      if (!(await kinds.require(content).authorOf(session, content.id))) return;
      const at = new Date();
      await models.cases.updateOne(
        { _id },
        {
          $set: { open: true, suspicion: { ...suspicion, at } },
          $setOnInsert: { contentType: content.type, content: content.id, author, reports: 0, reasons: {}, lastReportedAt: at },
        },
        { upsert: true, session },
      );
    });
  }
}

function isNews(before: SuspicionDocument, after: Omit<SuspicionDocument, 'at'>): boolean {
  const kinds = new Set(before.signs.map(({ kind }) => kind));
  return after.signs.some(({ kind }) => !kinds.has(kind));
}
