/** Users by their IDs in another system: customers of the shop, who have no way to sign in here but by its tokens. */
import { Types } from 'mongoose';
import { isLanguageTag } from '../../input/language-tag.js';
import { InputRules } from '../../input/rules.js';
import { languageOf } from '../../messages/index.js';
import type { ClientSession, Database } from '../../store/database.js';
import { isOtherVersion, isOutdated, UpsertBatch, UpsertOutcome, type Upserted } from '../../relay/upsert.js';
import { insert } from '../../store/documents.js';
import { isEmail, type Addresses } from './addresses.js';
import type { Claims } from './claims.js';
import { searchTermsOf } from './user-search.js';
import type { UserDocument, UserModels } from './user.model.js';

/** What is left out stays as it is. */
export interface UserItem {
  externalId: string;
  name?: string | null;
  /** Where to reach them; it proves nothing, so nobody signs in with it. Null removes it. */
  email?: string | null;
  /** A BCP 47 tag, such as de-AT. */
  language?: string | null;
  updatedAt?: Date | null;
}

interface Dependencies {
  database: Database;
  models: UserModels;
  addresses: Addresses;
  claims: Claims;
}

type Written = { outcome: UpsertOutcome; document: UserDocument };
type Plan = Written & { at: number; set: Partial<UserDocument>; unset: Record<string, ''> };

const unnamed = 'Customer';

/** @throws RulesBroken where something is wrong with the request as a whole */
export function checkUsers(source: string, users: readonly UserItem[]): void {
  new UpsertBatch('users', source, users, checkUser);
}

export class UserUpserts {
  constructor(private readonly dependencies: Dependencies) {}

  /** @throws RulesBroken for what is wrong with the request as a whole */
  async upsertUsers(source: string, users: readonly UserItem[]): Promise<Upserted<UserDocument>[]> {
    const batch = new UpsertBatch('users', source, users, checkUser);
    return this.dependencies.database.inTransaction([`bulk:users:${source}`], async (session) => {
      const externalIds = batch.valid.map(({ item }) => item.externalId);
      const found = await this.dependencies.models.users
        .find({ externalSource: source, externalId: { $in: externalIds } })
        .session(session)
        .lean();
      const known = new Map(found.map((user) => [user.externalId!, user]));
      const plans = batch.valid.map(({ item, at }) => this.plan(source, known.get(item.externalId), item, at));
      await this.write(session, plans);
      return batch.results(new Map<number, Written>(plans.map((plan) => [plan.at, plan])));
    });
  }

  /** Some of the customers of a source, in the order of their IDs there. @param after the ID to go on from */
  async customersOf(source: string, after: string, limit: number): Promise<{ _id: Types.ObjectId; externalId: string }[]> {
    const found = await this.dependencies.models.users
      .find({ externalSource: source, externalId: { $gt: after } }, { externalId: 1 })
      .sort({ externalId: 1 })
      .limit(limit)
      .lean();
    return found.map(({ _id, externalId }) => ({ _id, externalId: externalId! }));
  }

  private plan(source: string, before: UserDocument | undefined, item: UserItem, at: number): Plan {
    const nothing = { set: {}, unset: {} };
    if (!before) return { at, outcome: UpsertOutcome.CREATED, document: this.fresh(source, item), ...nothing };
    if (isOutdated(before, item)) return { at, outcome: UpsertOutcome.OUTDATED, document: before, ...nothing };
    const { name, email, language, updatedAt } = item;
    const current = this.dependencies.addresses.opened(before);
    // What users call themselves here stays.
    const renames = name && name !== before.name && !before.profileEditedAt;
    const { sealedImportedEmail, addressKey } = email ? this.dependencies.addresses.sealed({ importedEmail: email }) : {};
    const set: Partial<UserDocument> = {
      ...(renames && { name, searchTerms: searchTermsOf({ name, handle: before.handle }) }),
      ...(email && email !== current.importedEmail && { sealedImportedEmail, addressKey }),
      ...(language && languageOf(language) !== before.language && { language: languageOf(language) }),
    };
    const unset: Record<string, ''> = email === null && before.sealedImportedEmail ? { sealedImportedEmail: '' } : {};
    const isSame = Object.keys(set).length === 0 && Object.keys(unset).length === 0;
    if (isOtherVersion(before, item)) set.externalUpdatedAt = updatedAt!;
    const outcome = isSame ? UpsertOutcome.UNCHANGED : UpsertOutcome.UPDATED;
    return { at, outcome, document: { ...before, ...set }, set, unset };
  }

  /** A customer whom the shop named for the first time. */
  fresh(source: string, { externalId, name, email, language, updatedAt }: UserItem): UserDocument {
    const _id = new Types.ObjectId();
    // Nobody else can have it.
    const handle = `user_${_id.toHexString()}`;
    const shown = name || unnamed;
    return this.dependencies.addresses.sealed({
      ...{ _id, handle, name: shown, bio: null, avatarUrl: null, roles: ['BUYER' as const], createdAt: new Date() },
      ...{ searchTerms: searchTermsOf({ name: shown, handle }), externalId, externalSource: source },
      ...(email && { importedEmail: email }),
      ...(language && { language: languageOf(language) }),
      ...(updatedAt && { externalUpdatedAt: updatedAt }),
    });
  }

  /** Writes a new customer with the claim of their handle. @throws a duplicate key error where the shop's ID is taken */
  async insert(session: ClientSession, users: readonly UserDocument[]): Promise<void> {
    const { claims, models } = this.dependencies;
    if (users.length === 0) return;
    await insert(models.users, users, session);
    await insert(
      models.claims,
      users.map(({ _id, handle }) => ({ _id: claims.ofHandle(handle), user: _id })),
      session,
    );
  }

  private async write(session: ClientSession, plans: readonly Plan[]): Promise<void> {
    await this.insert(
      session,
      plans.filter(({ outcome }) => outcome === UpsertOutcome.CREATED).map(({ document }) => document),
    );
    const updates = plans
      .filter(({ set, unset }) => Object.keys(set).length > 0 || Object.keys(unset).length > 0)
      .map(({ document: { _id }, set, unset }) => ({
        updateOne: {
          filter: { _id },
          update: { ...(Object.keys(set).length > 0 && { $set: set }), ...(Object.keys(unset).length > 0 && { $unset: unset }) },
        },
      }));
    if (updates.length > 0) await this.dependencies.models.users.bulkWrite(updates, { session, ordered: false });
  }
}

function checkUser({ name, email, language }: UserItem): void {
  new InputRules()
    .line(name, { max: 100 }, 'name')
    .require(!language || isLanguageTag(language), 'INVALID', 'This is not a language tag such as de or en-GB.', 'language')
    .require(!email || isEmail(email), 'INVALID', 'This is not a valid email address.', 'email')
    .check();
}
