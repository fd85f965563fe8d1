export { AccessTokens } from './access-tokens.js';
export { banUser, SessionService } from './session.service.js';
export { importUsers } from './user.bulk.js';
export { userById, type PublicUser } from './user.loader.js';
export { UserModel, type UserDocument } from './user.model.js';
export { UserResolver, ViewerResolver } from './user.resolver.js';
export { User, Viewer } from './user.type.js';
