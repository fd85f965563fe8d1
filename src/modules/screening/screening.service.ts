/** Looks at what new accounts write before anybody else does. */
import { createHash } from 'node:crypto';
import { Types } from 'mongoose';
import type { Change } from '../../realtime/index.js';
import { signsOfText, spamScore } from '../../scoring/index.js';
import { insert } from '../../store/documents.js';
import type { ContentReference, DomainEventBus } from '../domain-events.js';
import type { UserVerbs } from '../user/index.js';
import type { ScreeningModels } from './screening.model.js';

const hour = 60 * 60 * 1000;
const day = 24 * hour;
const trustedAfter = 30 * day;
const floodWindow = 10 * 60 * 1000;
const maxEarlier = 100;
const minRepeatLength = 15;

export interface Contribution {
  author: Types.ObjectId;
  content: ContentReference;
  text: string;
  /** Whether others may have seen the content before. */
  isEdit?: boolean;
}

interface ScreeningDependencies {
  models: ScreeningModels;
  events: DomainEventBus;
  users: UserVerbs;
  /** From which spam score on content is held. */
  spamThreshold: number;
}

export class ScreeningService {
  constructor(private readonly dependencies: ScreeningDependencies) {}

  /**
   * Looks at a contribution before it is written.
   * @returns whether the content must stay out of sight until a moderator has seen it
   */
  async screen(change: Change, { author, content, text, isEdit = false }: Contribution): Promise<boolean> {
    const { events, models, spamThreshold, users } = this.dependencies;
    const { session } = change;
    const user = await users.accountOf(author, session);
    const now = Date.now();
    const age = user ? now - user.createdAt.getTime() : 0;
    if (age > trustedAfter && !user?.restrictedAt) return false;
    const digest = digestOf(text);
    const earlier = await models.contributions
      .find({ author, at: { $gt: new Date(now - day) } })
      .sort({ at: -1 })
      .limit(maxEarlier)
      .session(session)
      .lean();
    await insert(models.contributions, { _id: new Types.ObjectId(), author, digest, at: new Date(now) }, session);
    const score = spamScore({
      ...signsOfText(text),
      accountAge: age / hour,
      recent: earlier.filter(({ at }) => now - at.getTime() < floodWindow).length,
      repeats: text.length < minRepeatLength ? 0 : earlier.filter((contribution) => contribution.digest === digest).length,
    });
    if (score < spamThreshold && !user?.restrictedAt) return false;
    await events.emit(change, 'contentHeld', { author, content, isEdit });
    return true;
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text.toLowerCase().replace(/\s+/g, ' ').trim()).digest('base64url');
}
