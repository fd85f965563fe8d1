/** What users and visitors agreed to: being tracked, and recommendations that follow from what they do. */
import { Types, type Model } from 'mongoose';
import { InputRules } from '../../input/rules.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import type { UserVerbs } from '../user/index.js';
import type { ConsentDocument } from './consent.model.js';

/** Announced whenever there is something to forget. */
export const withdrawalTopic = 'consent-withdrawals';

/** A user, or an anonymous client by the random id that it keeps. */
export type Subject = { user: Types.ObjectId } | { visitor: string };

export interface Choices {
  tracking: boolean;
  personalisation: boolean;
}

export interface Decision extends Choices {
  wordingVersion: string | null;
  decidedAt: Date | null;
}

/** A decision with the key of the person or browser that decided. */
export interface OwnDecision extends Decision {
  _id: string;
}

export interface ConsentOptions {
  /** Whether nothing happens until somebody agreed; otherwise until somebody refuses. */
  consentRequired: boolean;
}

interface ConsentDependencies extends ConsentOptions {
  consents: Model<ConsentDocument>;
  realtime: Realtime;
  users: UserVerbs;
  /** Deletes what somebody has withdrawn from, where that is not done yet. */
  finishWithdrawal: (subject: Subject) => Promise<void>;
}

/** What decisions, and whatever is stored by leave of one, contend for. It sorts before other keys, so that processes take turns at it. */
export function consentKey(subject: Subject): string {
  return `consent:${ownerOf(subject)}`;
}

/** Who somebody is in keys and ids. */
export function ownerOf(subject: Subject): string {
  return 'user' in subject ? subject.user.toHexString() : `visitor:${subject.visitor}`;
}

export class ConsentService {
  constructor(private readonly dependencies: ConsentDependencies) {}

  /** The latest decision, or what holds without one. */
  async decisionOf(subject: Subject): Promise<Decision> {
    const found = await this.dependencies.consents
      .findOne({ ...subject, replacedAt: null })
      .sort({ at: -1 })
      .lean();
    if (found) return { ...found, decidedAt: found.at };
    const assumed = !this.dependencies.consentRequired;
    const personalisation = assumed || ('user' in subject && (await this.isImported(subject.user)));
    return { tracking: assumed, personalisation, wordingVersion: null, decidedAt: null };
  }

  /** Whoever hands over accounts of another shop answers for their consent to recommendations there. */
  private async isImported(user: Types.ObjectId): Promise<boolean> {
    return Boolean((await this.dependencies.users.accountOf(user))?.source);
  }

  /** What may be done with what somebody does: what they agreed to, without what their privacy settings exclude. */
  async choicesOf(subject: Subject): Promise<Choices> {
    const [{ tracking, personalisation }, settings] = await Promise.all([
      this.decisionOf(subject),
      'user' in subject ? this.dependencies.users.privacySettingsOf(subject.user) : { personalise: true },
    ]);
    return { tracking, personalisation: personalisation && settings.personalise };
  }

  /**
   * Records a decision, which holds at once. Whoever withdraws from tracking has what was tracked deleted; whoever agrees
   * again before that is done has it done first, so that nothing is deleted that they agreed to.
   * @throws RulesBroken
   */
  async decide(subject: Subject, { tracking, personalisation }: Choices, wordingVersion: string): Promise<Decision> {
    wordingRules(wordingVersion).check();
    const { consents, finishWithdrawal, realtime } = this.dependencies;
    for (;;) {
      if (tracking) await finishWithdrawal(subject);
      const decision = await realtime.recordChange([consentKey(subject)], async (change) => {
        const isOpen = tracking && (await consents.exists({ ...subject, forget: true }).session(change.session));
        return isOpen ? null : this.record(change, subject, { tracking, personalisation }, wordingVersion);
      });
      if (decision) return decision;
    }
  }

  private async record(
    { session, announce }: Change,
    subject: Subject,
    { tracking, personalisation }: Choices,
    wordingVersion: string,
  ): Promise<Decision> {
    const { consents } = this.dependencies;
    const at = new Date();
    // What is no longer in force is kept as proof, a visitor's too.
    const replaced = { $set: { replacedAt: at }, $unset: { visitorAt: 1 } };
    await consents.updateMany({ ...subject, replacedAt: null }, replaced, { session });
    const decision: ConsentDocument = {
      _id: new Types.ObjectId(),
      user: null,
      visitor: null,
      ...subject,
      ...{ tracking, personalisation, wordingVersion, at, replacedAt: null },
      ...('visitor' in subject && { visitorAt: at }),
      ...(!tracking && { forget: true }),
    };
    await insert(consents, decision, session);
    if (!tracking) announce(withdrawalTopic);
    return { tracking, personalisation, wordingVersion, decidedAt: at };
  }

  /**
   * From which time on what somebody does may be stored, for the transaction that stores it and holds `consentKey`; null
   * where nothing may. Agreeing covers nothing that happened before, and what a withdrawal deleted stays away.
   * @param oldest of what is to be stored
   */
  async trackedFrom(subject: Subject, oldest: Date, session: ClientSession): Promise<Date | null> {
    const { consents, consentRequired } = this.dependencies;
    const current = await consents
      .findOne({ ...subject, replacedAt: null })
      .sort({ at: -1 })
      .session(session)
      .lean();
    if (!current) return consentRequired ? null : new Date(0);
    if (!current.tracking) return null;
    if (current.at <= oldest) return current.at;
    const refused = await consents
      .findOne({ ...subject, tracking: false })
      .sort({ at: -1 })
      .session(session)
      .lean();
    if (refused) return refused.replacedAt;
    if (!consentRequired) return new Date(0);
    const first = await consents.findOne(subject).sort({ at: 1 }).session(session).lean();
    return first!.at;
  }

  /** Decisions that come with accounts of another shop, for those who made none here. */
  async importConsents(users: readonly Types.ObjectId[], choices: Choices, wordingVersion: string, at: Date): Promise<void> {
    const { consents } = this.dependencies;
    const known = new Set((await consents.distinct('user', { user: { $in: users } })).map(String));
    const fresh = users.filter((user) => !known.has(user.toHexString()));
    const decision = { visitor: null, ...choices, wordingVersion, at, replacedAt: null };
    await insert(
      consents,
      fresh.map((user) => ({ _id: new Types.ObjectId(), user, ...decision })),
    );
  }
}

export function wordingRules(wordingVersion: string): InputRules {
  return new InputRules().line(wordingVersion, { min: 1, max: 100 }, 'wordingVersion');
}
