import type { ImageVerbs } from '../image/index.js';
import { describeModule, verbs, type Foundation } from '../module.js';
import { deleteSome, ownedDocuments, type PersonalData } from '../personal-data.js';
import { declareAccountMail, type AccountMailOptions } from './account-mail.js';
import { AccountService } from './account.service.js';
import { AccountTokens, sealedInTokens } from './account-tokens.js';
import { Addresses } from './addresses.js';
import { Claims } from './claims.js';
import { ImportedUsers } from './imported-users.js';
import { keyRotation } from './key-rotation.js';
import { Passwords } from './passwords.js';
import { AccessTokens } from './access-tokens.js';
import { IdentityProvider, type IdentityProviderOptions } from './identity-provider.js';
import { SessionService, type SessionOptions } from './session.service.js';
import { StaffAccounts } from './staff-accounts.js';
import { userLoaders } from './user.loader.js';
import { userModels, type UserModels } from './user.model.js';
import { UserResolver, ViewerResolver } from './user.resolver.js';
import { UserSearch } from './user-search.js';
import { CustomerAccounts } from './customer-accounts.js';
import { UserUpserts } from './user-upsert.js';
import { UserUpsertResolver } from './user-upsert.resolver.js';
import { UserService } from './user.service.js';
import { collections } from './user.collections.js';
import { findViewer } from './viewer.js';

export type { PublicUser } from './user.loader.js';
export type { ProvenUser } from './imported-users.js';
export type { Account } from './user.service.js';
export { SessionPayload, User, UserRole, Viewer } from './user.type.js';
export { uncheckedToken } from './access-tokens.js';
export { isEmail } from './addresses.js';
export { normalEmail } from './claims.js';
export { keptInCookie } from './kept-in-cookie.js';
export { mayIdentify, viewerOf } from './viewer.js';

export interface UserOptions extends SessionOptions, AccountMailOptions {
  identityProvider: IdentityProviderOptions | null;
  /** Milliseconds that an access token is good. */
  accessTokenLifetime: number;
}

export type UserModule = ReturnType<typeof userModule>;
/** What other features may ask of accounts. */
export type UserVerbs = UserModule['verbs'];

/** Accounts, sessions and profiles. */
export function userModule(
  { database, realtime, idempotency, keys, mail: outbox, events, log }: Foundation,
  { images }: { images: ImageVerbs },
  options: UserOptions,
) {
  const models = userModels(database);
  const loaders = userLoaders(models);
  const addresses = new Addresses(keys);
  const claims = new Claims(models.claims, keys);
  const tokens = new AccountTokens(database, models.accountTokens, keys);
  const users = new UserService({ models, realtime, events, claims, addresses, images });
  const sessions = new SessionService({
    models,
    realtime,
    ...options,
    accessTokens: new AccessTokens(options.authSecrets, options.accessTokenLifetime),
    identityProvider: options.identityProvider && new IdentityProvider(options.identityProvider, database, models, claims, log),
  });
  const passwords = new Passwords([options.shopName]);
  declareAccountMail({ ...options, outbox, tokens, claims, languageOf: (user) => users.languageOf(user) });
  const importedUsers = new ImportedUsers({ models, realtime, events, claims });
  const upserts = new UserUpserts({ database, models, addresses, claims });
  const customers = new CustomerAccounts({ models, realtime, claims, importedUsers, upserts });
  const accounts = new AccountService({
    ...{ models, realtime, sessions, passwords },
    ...{ addresses, claims, tokens, keys, outbox, events, importedUsers },
  });
  const dependencies = { users, sessions, accounts, loaders, images };
  return describeModule({
    name: 'user',
    collections,
    resolvers: [new ViewerResolver(dependencies), new UserResolver(dependencies), new UserUpsertResolver(upserts)],
    nodes: {
      Session: async (id, context) => context.signedIn && sessions.findOwn(context.signedIn, id),
      Viewer: async (id, context) => findViewer(id, context),
      PrivacySettings: async (id, context) => (context.signedIn?.userId.equals(id) ? users.privacySettingsOf(id) : null),
    },
    personalData: [
      account(models, addresses),
      openSessions(models),
      notExported(ownedDocuments({ name: 'accountTokens', model: models.accountTokens, owner: 'user', erase: 'DELETE' })),
      notExported(ownedDocuments({ name: 'claims', model: models.claims, owner: 'user', erase: 'DELETE' })),
      ownedDocuments({ name: 'idempotencyKeys', model: idempotency.model, owner: 'user', erase: 'DELETE' }),
    ],
    sealed: [sealedInTokens(models.accountTokens)],
    workers: [keyRotation({ realtime, events, models, keys, addresses, claims, log })],
    verbs: {
      ...loaders,
      ...verbs(users, [
        'accountByEmail',
        'accountOf',
        'standingOf',
        'activeAmong',
        'ban',
        'findByHandle',
        'hasOtherAdmin',
        'importUsers',
        'knownAmong',
      ]),
      ...verbs(users, [
        'knows',
        'knowsMerchant',
        'privacySettingsOf',
        'removeAccount',
        'rename',
        'restrict',
        'rolesOfActive',
        'setRoles',
        'usersByHandle',
      ]),
      ...verbs(new StaffAccounts({ models, realtime, users, claims, passwords }), ['appointStaff']),
      ...verbs(new UserSearch(models), ['searchUsers']),
      ...verbs(importedUsers, ['handOverAll', 'provenAmong']),
      ...verbs(accounts, ['bannedUser', 'passwordMatches']),
      ...verbs(sessions, ['authenticate', 'currentOf', 'open']),
      ...verbs(upserts, ['customersOf', 'upsertUsers']),
      ...verbs(customers, ['customerAccount']),
    },
  });
}

function account({ users }: UserModels, addresses: Addresses): PersonalData {
  return {
    name: 'account',
    collect: async (user) =>
      (await users.find({ _id: user }, { passwordHash: 0, searchTerms: 0 }).lean()).map((found) => addresses.opened(found)),
    erase: (step) => deleteSome(users, { _id: step.user }, step),
  };
}

function openSessions({ sessions }: UserModels): PersonalData {
  return {
    name: 'sessions',
    collect: (user) => sessions.find({ user }, { _id: 0, refreshSecret: 0, generation: 0, exchanges: 0 }).lean(),
    erase: (step) => deleteSome(sessions, { user: step.user }, step),
  };
}

/** Digests of what the export says elsewhere: they tell their owner nothing. */
function notExported(data: PersonalData): PersonalData {
  return { ...data, collect: async () => [] };
}
