/** Accounts: profiles, roles, bans, and what others must know of a user. */
import { randomBytes } from 'node:crypto';
import type { Types } from 'mongoose';
import { InputRules } from '../../input/rules.js';
import type { Language } from '../../messages/index.js';
import { accountTopic, type Change, type Realtime } from '../../realtime/index.js';
import type { Role } from '../../relay/context.js';
import type { ClientSession } from '../../store/database.js';
import { insertNew } from '../../store/documents.js';
import type { DomainEventBus } from '../domain-events.js';
import type { ImageVerbs } from '../image/index.js';
import { publicProjection, type PublicUser } from './user.loader.js';
import type { Addressed, Addresses } from './addresses.js';
import type { ClaimDocument, Claims } from './claims.js';
import { searchTermsOf } from './user-search.js';
import type { UserDocument, UserModels } from './user.model.js';

/** A user with their addresses, as they are to be read. */
type Standing = Pick<UserDocument, 'createdAt' | 'restrictedAt'>;
export type Account = Omit<UserDocument, 'sealedEmail' | 'sealedImportedEmail' | 'addressKey' | 'searchTerms'> & Addressed;

export interface ProfileChange {
  name?: string | null;
  bio?: string | null;
  avatarUrl?: string | null;
  /** An upload of theirs. */
  avatar?: Types.ObjectId | null;
}

/** The choices of a user, by their id. */
export type PrivacySettingsOfUser = PrivacyChoices & { _id: Types.ObjectId };

export interface PrivacyChoices {
  suggestToOthers: boolean;
  personalise: boolean;
}

interface UserServiceDependencies {
  models: UserModels;
  realtime: Realtime;
  events: DomainEventBus;
  claims: Claims;
  addresses: Addresses;
  images: ImageVerbs;
}

export class UserService {
  private readonly models: UserModels;
  private readonly claims: Claims;
  private readonly addresses: Addresses;

  constructor(private readonly dependencies: UserServiceDependencies) {
    this.models = dependencies.models;
    this.claims = dependencies.claims;
    this.addresses = dependencies.addresses;
  }

  async findByHandle(handle: string): Promise<PublicUser | null> {
    const owner = await this.claims.ownerOf(this.claims.ofHandle(handle));
    return owner && this.models.users.findById(owner, publicProjection).lean();
  }

  /** The users with these handles, in any case; those nobody has are left out. */
  async usersByHandle(handles: string[]): Promise<{ _id: Types.ObjectId; handle: string }[]> {
    if (handles.length === 0) return [];
    const owners = await this.claims.ownersOfHandles(handles);
    return await this.models.users.find({ _id: { $in: owners } }, { handle: 1 }).lean();
  }

  /** A user's address, and whether they confirmed that it is theirs; null for who has none. */
  async emailOf(user: Types.ObjectId): Promise<{ email: string; confirmed: boolean } | null> {
    const found = await this.models.users.findById(user, { sealedEmail: 1, emailConfirmedAt: 1 }).lean();
    if (!found?.sealedEmail) return null;
    return { email: this.addresses.open(found.sealedEmail), confirmed: Boolean(found.emailConfirmedAt) };
  }

  /** Changes what is given; null clears what may be empty. @throws RulesBroken */
  async updateProfile(user: Types.ObjectId, change: ProfileChange): Promise<PublicUser> {
    const rules = profileRules(change);
    const { avatar } = change;
    if (avatar) await rules.from(() => this.dependencies.images.prepare(user, 'AVATAR', [avatar], 'avatarId'));
    rules.check();
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const texts = Object.fromEntries(Object.entries({ name: change.name ?? '', bio: change.bio ?? '' }).filter(([, text]) => text !== ''));
    const { events, realtime } = this.dependencies;
    return realtime.recordChange([`profile:${user.toHexString()}`], async (recorded) => {
      await events.emit(recorded, 'profileWritten', { user, texts });
      const { session } = recorded;
      if (avatar !== undefined) await this.showAvatar(session, user, avatar);
      const edit = { $set: { ...given, profileEditedAt: new Date() } };
      await this.models.users.updateOne({ _id: user }, edit, { session });
      if (change.name !== undefined) await this.noteSearchTerms(session, user);
      return (await this.models.users.findById(user, publicProjection).session(session).lean())!;
    });
  }

  private async showAvatar(session: ClientSession, user: Types.ObjectId, avatar: Types.ObjectId | null): Promise<void> {
    const before = (await this.models.users.findById(user, { avatar: 1 }).session(session).lean())?.avatar;
    const [shown, showing] = [before, avatar].map((id) => (id ? [id] : [])) as [Types.ObjectId[], Types.ObjectId[]];
    const content = { type: 'User', id: user };
    await this.dependencies.images.show(session, user, content, { before: shown, after: showing, field: 'avatarId' });
  }

  async privacySettingsOf(user: Types.ObjectId): Promise<PrivacySettingsOfUser> {
    const found = await this.models.users.findById(user, { hiddenFromSuggestions: 1, withoutPersonalisation: 1 }).lean();
    return { _id: user, suggestToOthers: !found?.hiddenFromSuggestions, personalise: !found?.withoutPersonalisation };
  }

  async updatePrivacySettings(
    user: Types.ObjectId,
    { suggestToOthers, personalise }: { suggestToOthers?: boolean | null; personalise?: boolean | null },
  ): Promise<PrivacySettingsOfUser> {
    const change = {
      ...(typeof suggestToOthers === 'boolean' && { hiddenFromSuggestions: !suggestToOthers }),
      ...(typeof personalise === 'boolean' && { withoutPersonalisation: !personalise }),
    };
    await this.models.users.updateOne({ _id: user }, { $set: change });
    return this.privacySettingsOf(user);
  }

  async knows(user: Types.ObjectId, session: ClientSession | null = null): Promise<boolean> {
    return (await this.models.users.exists({ _id: user }).session(session)) !== null;
  }

  async knowsMerchant(user: Types.ObjectId, session: ClientSession | null = null): Promise<boolean> {
    return (await this.models.users.exists({ _id: user, roles: 'MERCHANT' }).session(session)) !== null;
  }

  /** Which of these users exist and are not banned, as hexadecimal ids. */
  async activeAmong(users: Types.ObjectId[], session: ClientSession | null = null): Promise<ReadonlySet<string>> {
    const found = await this.models.users
      .find({ _id: { $in: users }, bannedAt: null }, { _id: 1 })
      .session(session)
      .lean();
    return new Set(found.map(({ _id }) => _id.toHexString()));
  }

  /** The roles of those of some users who are not banned, by their hexadecimal ids. */
  async rolesOfActive(users: readonly Types.ObjectId[]): Promise<ReadonlyMap<string, Role[]>> {
    const found = await this.models.users.find({ _id: { $in: users }, bannedAt: null }, { roles: 1 }).lean();
    return new Map(found.map(({ _id, roles }) => [_id.toHexString(), roles]));
  }

  /** Since when a user is here, and whether a moderator has restricted them; null where there is none. */
  async standingOf(user: Types.ObjectId, session: ClientSession | null = null): Promise<Standing | null> {
    return await this.models.users.findById(user, { createdAt: 1, restrictedAt: 1 }).session(session).lean();
  }

  /** A user's own document, for erasures and decisions; null where there is none. */
  async accountOf(user: Types.ObjectId, session: ClientSession | null = null): Promise<Account | null> {
    const found = await this.models.users.findById(user).session(session).lean();
    return found && this.addresses.opened(found);
  }

  /** The language in which a user is written to: the one they signed up in, or English. */
  async languageOf(user: Types.ObjectId): Promise<Language> {
    const found = await this.models.users.findById(user, { language: 1 }).lean();
    return found?.language ?? 'en';
  }

  /** Takes an account away at once, with every way to be signed in to it. */
  async removeAccount(session: ClientSession, user: Types.ObjectId): Promise<void> {
    await this.dependencies.images.removeImagesOf(session, { type: 'User', id: user });
    await this.models.sessions.deleteMany({ user }, { session });
    await this.models.accountTokens.deleteMany({ user }, { session });
    await this.claims.releaseAll(user, session);
    await this.models.users.deleteOne({ _id: user }, { session });
  }

  /** Whether somebody else runs the shop too. */
  async hasOtherAdmin(user: Types.ObjectId, session: ClientSession): Promise<boolean> {
    return (await this.models.users.exists({ _id: { $ne: user }, roles: 'ADMIN' }).session(session)) !== null;
  }

  /** @returns the roles before, or null where there is no such user */
  async setRoles({ session, announce }: Change, user: Types.ObjectId, roles: Role[]): Promise<Role[] | null> {
    const before = await this.models.users.findOneAndUpdate({ _id: user }, { $set: { roles } }, { session }).lean();
    if (!before) return null;
    announce(accountTopic(user));
    return before.roles;
  }

  /** Bans a user at once, on every device and in every process, or lets them in again. @returns whether there is such a user */
  async ban(change: Change, user: Types.ObjectId, banned: boolean): Promise<boolean> {
    const { session } = change;
    const { matchedCount } = await this.models.users.updateOne(
      { _id: user },
      // Who is let in again may never have been banned: what they have open stays so.
      banned ? { $set: { bannedAt: new Date() }, $inc: { epoch: 1 } } : { $set: { bannedAt: null } },
      { session },
    );
    if (matchedCount === 0) return false;
    if (banned) await this.models.sessions.deleteMany({ user }, { session });
    change.announce(accountTopic(user));
    return true;
  }

  /** Lets whatever a user writes wait for a moderator, or no longer. */
  async restrict(session: ClientSession, user: Types.ObjectId, restricted: boolean): Promise<void> {
    await this.models.users.updateOne({ _id: user }, { $set: { restrictedAt: restricted ? new Date() : null } }, { session });
  }

  /** Takes away what a user calls themselves and says of themselves. */
  async rename(session: ClientSession, user: Types.ObjectId): Promise<void> {
    const handle = `user_${randomBytes(8).toString('hex')}`;
    const neutral = { handle, name: 'User', bio: null, avatarUrl: null, avatar: null, profileEditedAt: new Date() };
    const before = await this.models.users.findById(user, { handle: 1 }).session(session).lean();
    if (before) await this.claims.changeHandle(user, before.handle, handle, session);
    await this.dependencies.images.removeImagesOf(session, { type: 'User', id: user });
    await this.models.users.updateOne({ _id: user }, { $set: neutral }, { session });
    await this.noteSearchTerms(session, user);
  }

  private async noteSearchTerms(session: ClientSession, user: Types.ObjectId): Promise<void> {
    const named = await this.models.users.findById(user, { name: 1, handle: 1 }).session(session).lean();
    if (named) await this.models.users.updateOne({ _id: user }, { $set: { searchTerms: searchTermsOf(named) } }, { session });
  }

  /**
   * Users of another shop or data set, in bulk; where somebody else has a handle, theirs becomes one that nobody can have.
   * @returns how many were new
   */
  async importUsers(users: readonly Account[]): Promise<number> {
    const known = await this.knownAmong(users.map(({ _id }) => _id));
    const fresh = users.filter(({ _id }) => !known.has(_id.toHexString()));
    if (fresh.length === 0) return 0;
    const claimsOf = ({ _id, handle, email, importedEmail }: Account): ClaimDocument[] => [
      { _id: this.claims.ofHandle(handle), user: _id },
      ...(email === undefined ? [] : [{ _id: this.claims.ofEmail(email), user: _id }]),
      ...(importedEmail === undefined ? [] : [{ _id: this.claims.ofImportedUser(importedEmail, _id), user: _id }]),
    ];
    const taken = await this.claims.takeFree(fresh.flatMap(claimsOf));
    const renamed = fresh.filter(({ handle }) => taken.has(this.claims.ofHandle(handle))).map(withOwnHandle);
    await this.claims.takeFree(renamed.flatMap(claimsOf));
    const own = new Map(renamed.map((user) => [user._id.toHexString(), user]));
    const documents = fresh.map((user) => {
      const renamedUser = own.get(user._id.toHexString()) ?? user;
      return { ...this.addresses.sealed(renamedUser), searchTerms: searchTermsOf(renamedUser) };
    });
    return (await insertNew(this.models.users, documents)).inserted;
  }

  /** Which of these users exist, as hexadecimal ids. */
  async knownAmong(ids: Types.ObjectId[]): Promise<ReadonlySet<string>> {
    const found = await this.models.users.find({ _id: { $in: ids } }, { _id: 1 }).lean();
    return new Set(found.map(({ _id }) => _id.toHexString()));
  }

  /** The account that an e-mail address belongs to; null where there is none. */
  async accountByEmail(email: string): Promise<Pick<UserDocument, '_id' | 'roles'> | null> {
    const owner = await this.claims.ownerOfEmail(email);
    return owner && this.models.users.findById(owner, { roles: 1 }).lean();
  }
}

function withOwnHandle(user: Account): Account {
  return { ...user, handle: `user_${user._id.toHexString()}` };
}

export function profileRules({ name, bio }: Pick<ProfileChange, 'name' | 'bio'>): InputRules {
  const rules = new InputRules().text(bio, { max: 1000 }, 'bio');
  if (name !== undefined) rules.line(name, { min: 1, max: 100 }, 'name');
  return rules;
}
