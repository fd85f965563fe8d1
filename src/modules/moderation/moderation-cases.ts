/** What lies before the moderators: one case for each piece of content. */
import type { Types } from 'mongoose';
import type { ClientSession } from '../../store/database.js';
import { contentKey, type ContentReference } from '../domain-events.js';
import type { CaseDocument, ModerationActionName, ModerationModels, ReportReasonName } from './moderation.model.js';

/** Why content comes before the moderators: somebody reports it, its spam score or that of an edit holds it, or its author appeals. */
export type Occasion = { reported: ReportReasonName } | 'HELD' | 'HELD_EDIT' | 'APPEALED';

export class ModerationCases {
  constructor(private readonly models: ModerationModels) {}

  /** Brings content before the moderators, or back before them. */
  async open(session: ClientSession, content: ContentReference, author: Types.ObjectId, occasion: Occasion): Promise<void> {
    const reported = typeof occasion === 'object' && { reports: 1, [`reasons.${occasion.reported}`]: 1 };
    const held = (occasion === 'HELD' || occasion === 'HELD_EDIT') && { held: true, ...(occasion === 'HELD' && { unreleased: true }) };
    await this.models.cases.updateOne(
      { _id: contentKey(content) },
      {
        ...(reported && { $inc: reported }),
        $set: { open: true, lastReportedAt: new Date(), ...held },
        $setOnInsert: { contentType: content.type, content: content.id, author, ...(!reported && { reports: 0, reasons: {} }) },
      },
      { upsert: true, session },
    );
  }

  /** @returns the case as it was before; null where the content was never before the moderators */
  async close(session: ClientSession, content: ContentReference, action: ModerationActionName): Promise<CaseDocument | null> {
    const decided = { open: false, held: false, ...(action === 'RESTORE' && { unreleased: false }) };
    return await this.models.cases.findOneAndUpdate({ _id: contentKey(content) }, { $set: decided }, { session }).lean();
  }

  /** Its author deleted the content: nobody needs to decide about it any more. */
  async withdraw(session: ClientSession, content: ContentReference): Promise<void> {
    await this.models.cases.updateOne({ _id: contentKey(content) }, { $set: { open: false, held: false } }, { session });
  }

  async isHeld(session: ClientSession, content: ContentReference): Promise<boolean> {
    return (await this.models.cases.exists({ _id: contentKey(content), held: true }).session(session)) !== null;
  }
}

/** What changes of a case contend for. */
export function caseLock(content: ContentReference): string {
  return `case:${contentKey(content)}`;
}
