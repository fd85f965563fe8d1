/** What users and visitors agreed to: being tracked, and recommendations that follow from what they do. */
import { Types, type Model } from 'mongoose';
import { InputRules } from '../../input/rules.js';
import type { Realtime } from '../../realtime/index.js';
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

  /** Records a decision, which holds at once. Whoever withdraws from tracking has what was tracked deleted. @throws RulesBroken */
  async decide(subject: Subject, { tracking, personalisation }: Choices, wordingVersion: string): Promise<Decision> {
    wordingRules(wordingVersion).check();
    const { consents, realtime } = this.dependencies;
    const key = 'user' in subject ? subject.user.toHexString() : `visitor:${subject.visitor}`;
    return realtime.recordChange([`consent:${key}`, `tracked:${key}`], async ({ session, announce }) => {
      const at = new Date();
      await consents.updateMany({ ...subject, replacedAt: null }, { $set: { replacedAt: at } }, { session });
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
    });
  }

  /** Whose behaviour recommendations may follow from, for training and exports. */
  async personalisedUsers(): Promise<(user: Types.ObjectId) => boolean> {
    const { consents, consentRequired, users } = this.dependencies;
    const optedOut = await users.usersWithoutPersonalisation();
    const decided = new Map<string, boolean>();
    const projection = { user: 1, personalisation: 1 };
    for await (const { user, personalisation } of consents
      .find({ user: { $ne: null }, replacedAt: null }, projection)
      .lean()
      .cursor())
      decided.set(user!.toHexString(), personalisation);
    const imported = consentRequired ? await users.importedUsers() : null;
    return (user) => {
      const key = user.toHexString();
      return !optedOut.has(key) && (decided.get(key) ?? (imported === null || imported.has(key)));
    };
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
