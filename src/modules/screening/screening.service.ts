/** Looks at what new accounts write before anybody else does. */
import { createHash } from 'node:crypto';
import { Types } from 'mongoose';
import { broken, brokenRule, type BrokenRule, type RuleCode } from '../../errors.js';
import type { Change } from '../../realtime/index.js';
import type { MessageText } from '../../messages/index.js';
import type { SignedIn } from '../../relay/context.js';
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

const looksLikeSpam = 'This looks like spam. Remove links, or try again later.';
const restricted = 'A moderator has restricted your account.';

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
  /** The shop’s own hosts: links to them are no sign of spam. */
  ownHosts: ReadonlySet<string>;
}

/** Says why texts by their fields may not be published. */
export type TextRule = (texts: TextFields) => BrokenRule[];

/** Texts with the path of their fields. */
export type TextFields = readonly { text: string | null | undefined; field: readonly string[] }[];

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
    if (verdict === 'SPAM') throw broken('LOOKS_LIKE_SPAM', looksLikeSpam, ...field);
    if (verdict === 'RESTRICTED') throw broken('NOT_ALLOWED', restricted, ...field);
  }

  /**
   * The rule for what merchants say of products, which nobody looks through either. It goes by the texts alone, since shops
   * have many products at once and many that are alike. What the shop's administrators write is the shop's own.
   */
  async productTextRule({ userId, roles }: SignedIn, session: ClientSession | null = null): Promise<TextRule> {
    const { ownHosts, spamThreshold, users } = this.dependencies;
    if (roles.includes('ADMIN')) return () => [];
    const user = await users.standingOf(userId, session);
    const age = user ? Date.now() - user.createdAt.getTime() : 0;
    if (user?.restrictedAt) return (texts) => refusals(written(texts).slice(0, 1), 'NOT_ALLOWED', restricted);
    if (age > trustedAfter) return () => [];
    return (texts) => {
      const given = written(texts);
      const signs = signsOfText(given.map(({ text }) => text).join('\n'), ownHosts);
      if (spamScore({ ...signs, accountAge: age / hour, recent: 0, repeats: 0 }) < spamThreshold) return [];
      const linked = given.filter(({ text }) => signsOfText(text!, ownHosts).links > 0);
      return refusals(linked.length > 0 ? linked : given, 'LOOKS_LIKE_SPAM', looksLikeSpam);
    };
  }

  private async judge(session: ClientSession, author: Types.ObjectId, text: string): Promise<Verdict> {
    const { models, ownHosts, spamThreshold, users } = this.dependencies;
    const user = await users.standingOf(author, session);
    if (user?.restrictedAt) return 'RESTRICTED';
    const now = Date.now();
    const age = user ? now - user.createdAt.getTime() : 0;
    if (age > trustedAfter) return 'TRUSTED';
    const digest = digestOf(text);
    const earlier = await models.contributions
      .find({ author, at: { $gt: new Date(now - day) } }, { digest: 1, at: 1 })
      .sort({ at: -1 })
      .limit(maxEarlier)
      .session(session)
      .lean();
    await insert(models.contributions, { _id: new Types.ObjectId(), author, digest, at: new Date(now) }, session);
    const score = spamScore({
      ...signsOfText(text, ownHosts),
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

function written(texts: TextFields): TextFields {
  return texts.filter(({ text }) => text !== null && text !== undefined && text.trim() !== '');
}

function refusals(texts: TextFields, code: RuleCode, text: MessageText): BrokenRule[] {
  return texts.map(({ field }) => brokenRule(code, text, ...field));
}
