import type { Types } from 'mongoose';
import type { LoaderDefinition } from '../../relay/context.js';
import type { ExternalKey } from '../../relay/find-one.js';
import { byExternalKey, byId } from '../../store/loaders.js';
import type { UserDocument, UserModels } from './user.model.js';

/** What anyone may see of a user; email address and password hash never leave the store this way. */
export type PublicUser = Pick<UserDocument, '_id' | 'handle' | 'name' | 'bio' | 'avatarUrl' | 'avatar' | 'createdAt' | 'roles'>;

export const publicProjection = { handle: 1, name: 1, bio: 1, avatarUrl: 1, avatar: 1, createdAt: 1, roles: 1 } as const;

export interface UserLoaders {
  userById: LoaderDefinition<Types.ObjectId, PublicUser>;
  /** What another system calls a user. */
  externalIdentityOf: LoaderDefinition<Types.ObjectId, ExternalIdentity>;
  userByExternalId: LoaderDefinition<ExternalKey, Pick<UserDocument, '_id' | 'externalId'>>;
  /** Whether a user takes part in suggestions of users with a similar taste; null for those who do not exist. */
  isSuggestible: LoaderDefinition<Types.ObjectId, boolean>;
}

type ExternalIdentity = Pick<UserDocument, '_id' | 'externalId' | 'externalSource'>;

function isSuggestible({ hiddenFromSuggestions, withoutPersonalisation, bannedAt }: Partial<UserDocument>): boolean {
  return !hiddenFromSuggestions && !withoutPersonalisation && !bannedAt;
}

export function userLoaders({ users }: UserModels): UserLoaders {
  return {
    userById: byId<PublicUser>(users, publicProjection),
    externalIdentityOf: byId<ExternalIdentity>(users, { externalId: 1, externalSource: 1 }),
    userByExternalId: byExternalKey<Pick<UserDocument, '_id' | 'externalId'>>(users, 'externalSource', { externalId: 1 }),
    isSuggestible: {
      cacheKey: (user) => user.toHexString(),
      async batch(ids) {
        const found = await users.find({ _id: { $in: ids } }, { hiddenFromSuggestions: 1, withoutPersonalisation: 1, bannedAt: 1 }).lean();
        const byKey = new Map(found.map((user) => [user._id.toHexString(), isSuggestible(user)]));
        return ids.map((id) => byKey.get(id.toHexString()) ?? null);
      },
    },
  };
}
