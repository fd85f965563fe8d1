import { describeModule, verbs, type Foundation } from '../module.js';
import { deleteSome, ownedDocuments, type PersonalData } from '../personal-data.js';
import { AccountService } from './account.service.js';
import { AccessTokens } from './access-tokens.js';
import { IdentityProvider, type IdentityProviderOptions } from './identity-provider.js';
import { SessionService, type SessionOptions } from './session.service.js';
import { userLoaders } from './user.loader.js';
import { userModels, type UserModels } from './user.model.js';
import { UserResolver, ViewerResolver } from './user.resolver.js';
import { UserService } from './user.service.js';
import { collections } from './user.collections.js';

export type { PublicUser } from './user.loader.js';
export type { UserDocument } from './user.model.js';
export { User, UserRole, Viewer } from './user.type.js';

export interface UserOptions extends SessionOptions {
  identityProvider: IdentityProviderOptions | null;
  /** Milliseconds that an access token is good. */
  accessTokenLifetime: number;
}

export type UserModule = ReturnType<typeof userModule>;
/** What other features may ask of accounts. */
export type UserVerbs = UserModule['verbs'];

/** Accounts, sessions and profiles. */
export function userModule({ database, realtime, idempotency, events }: Foundation, options: UserOptions) {
  const models = userModels(database);
  const loaders = userLoaders(models);
  const users = new UserService({ models, realtime, events });
  const sessions = new SessionService({
    models,
    realtime,
    ...options,
    accessTokens: new AccessTokens(options.authSecret, options.accessTokenLifetime),
    identityProvider: options.identityProvider && new IdentityProvider(options.identityProvider, models),
  });
  const accounts = new AccountService({ models, sessions, realtime, events });
  const dependencies = { users, sessions, accounts, loaders };
  return describeModule({
    name: 'user',
    collections,
    resolvers: [new ViewerResolver(dependencies), new UserResolver(dependencies)],
    nodes: { Session: async (id, context) => context.signedIn && sessions.findOwn(context.signedIn, id) },
    personalData: [
      account(models),
      openSessions(models),
      ownedDocuments({ name: 'idempotencyKeys', model: idempotency.model, owner: 'user', erase: 'DELETE' }),
    ],
    verbs: {
      ...loaders,
      ...verbs(users, [
        'accountByEmail',
        'accountOf',
        'activeAmong',
        'ban',
        'findByHandle',
        'hasOtherAdmin',
        'importUsers',
        'importedUsers',
        'knownAmong',
      ]),
      ...verbs(users, ['knows', 'knowsMerchant', 'privacySettingsOf', 'removeAccount', 'rename', 'restrict', 'setRoles', 'usersByHandle']),
      ...verbs(users, ['usersWithoutPersonalisation']),
      ...verbs(accounts, ['bannedUser', 'passwordMatches']),
      ...verbs(sessions, ['authenticate', 'currentOf']),
    },
  });
}

function account({ users }: UserModels): PersonalData {
  return {
    name: 'account',
    collect: (user) => users.find({ _id: user }, { passwordHash: 0 }).lean(),
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
