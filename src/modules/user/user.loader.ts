import { byId } from '../../relay/loader.js';
import { UserModel, type UserDocument } from './user.model.js';

/** What anyone may see of a user; e-mail address and password hash never leave the store this way. */
export type PublicUser = Pick<UserDocument, '_id' | 'handle' | 'name' | 'bio' | 'avatarUrl' | 'createdAt' | 'roles'>;

export const publicProjection = { handle: 1, name: 1, bio: 1, avatarUrl: 1, createdAt: 1, roles: 1 } as const;

export const userById = byId<PublicUser>(UserModel, publicProjection);
