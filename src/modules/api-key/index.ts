import { describeModule, verbs, type Foundation } from '../module.js';
import type { ModerationVerbs } from '../moderation/index.js';
import { ownedDocuments } from '../personal-data.js';
import { byId } from '../../store/loaders.js';
import type { UserVerbs } from '../user/index.js';
import { collections } from './api-key.collections.js';
import { apiKeyModels, type ApiKeyDocument } from './api-key.model.js';
import { ApiKeyResolver, ViewerApiKeyResolver } from './api-key.resolver.js';
import { ApiKeyService, mayManage } from './api-key.service.js';

export { isApiKeySecret } from './api-key-secret.js';

export type ApiKeyModule = ReturnType<typeof apiKeyModule>;
/** What other features may ask of API keys. */
export type ApiKeyVerbs = ApiKeyModule['verbs'];

/** Machine accounts of merchants and administrators. */
export function apiKeyModule(
  { database, realtime, idempotency, log }: Foundation,
  { users, moderation }: { users: UserVerbs; moderation: ModerationVerbs },
  { authSecrets }: { authSecrets: readonly [string, ...string[]] },
) {
  const models = apiKeyModels(database);
  const apiKeyById = byId<ApiKeyDocument>(models.apiKeys);
  const apiKeys = new ApiKeyService({ models, realtime, idempotency, users, moderation, authSecrets, log });
  return describeModule({
    name: 'api-key',
    collections,
    resolvers: [new ApiKeyResolver({ apiKeys, models, users }), new ViewerApiKeyResolver(apiKeyById)],
    nodes: {
      async ApiKey(id, context) {
        const found = context.signedIn && (await context.load(apiKeyById, id));
        return found && mayManage(context.signedIn, found) ? found : null;
      },
    },
    on: {
      accountBanned: (change, { user }) => apiKeys.revokeBeyond(change, user, []),
      rolesChanged: (change, { user, roles }) => apiKeys.revokeBeyond(change, user, roles),
    },
    personalData: [ownedDocuments({ name: 'apiKeys', model: models.apiKeys, owner: 'owner', erase: 'DELETE', withheld: ['secretHash'] })],
    verbs: verbs(apiKeys, ['authenticate', 'currentOf', 'customerTokenSigner']),
  });
}
