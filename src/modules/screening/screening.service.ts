/** Looks at what new accounts write before anybody else does. */
import { createHash } from 'node:crypto';
import { Types } from 'mongoose';
import { broken } from '../../errors.js';
import type { Change } from '../../realtime/index.js';
import { signsOfText, spamScore } from '../../scoring/index.js';
import type { ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import type { ContentReference, DomainEventBus } from '../domain-events.js';
import type { UserVerbs } from '../user/index.js';
import type { LearntScreening } from './learnt-screening.js';
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
  learnt: LearntScreening;
  /** From which spam score on content is held. */
  spamThreshold: number;
}

type Verdict = 'TRUSTED' | 'CLEAN' | 'SPAM' | 'RESTRICTED';

export class ScreeningService {
  constructor(private readonly dependencies: ScreeningDependencies) {}

  /**
   * Looks at a contribution, or at an edit of it, before it is written.
   * @returns whether the content must stay out of sight until a moderator has seen it
   */
  async screen(change: Change, { author, content, text, isEdit = false }: Contribution): Promise<boolean> {
    const { events, learnt } = this.dependencies;
    const verdict = await this.judge(change.session, author, text);
    if (verdict === 'TRUSTED') return false;
    await learnt.note(change.session, author, content, text);
    if (verdict === 'CLEAN' && !learnt.looksUnwanted(text)) return false;
    await events.emit(change, 'contentHeld', { author, content, isEdit });
    return true;
  }

  /** The same for messages and profiles, which nobody could look through: they are refused. @throws RulesBroken LOOKS_LIKE_SPAM, NOT_ALLOWED */
  async requireClean(change: Change, author: Types.ObjectId, text: string, ...field: string[]): Promise<void> {
    if (text.trim() === '') return;
    const verdict = await this.judge(change.session, author, text);
    if (verdict === 'SPAM') throw broken('LOOKS_LIKE_SPAM', 'This looks like spam. Remove links, or try again later.', ...field);
    if (verdict === 'RESTRICTED') throw broken('NOT_ALLOWED', 'A moderator has restricted your account.', ...field);
  }

  private async judge(session: ClientSession, author: Types.ObjectId, text: string): Promise<Verdict> {
    const { models, spamThreshold, users } = this.dependencies;
    const user = await users.accountOf(author, session);
    if (user?.restrictedAt) return 'RESTRICTED';
    const now = Date.now();
    const age = user ? now - user.createdAt.getTime() : 0;
    if (age > trustedAfter) return 'TRUSTED';
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
    return score < spamThreshold ? 'CLEAN' : 'SPAM';
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text.toLowerCase().replace(/\s+/g, ' ').trim()).digest('base64url');
}
