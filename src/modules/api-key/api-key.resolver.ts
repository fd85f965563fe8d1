import { Arg, Args, Authorized, Ctx, Resolver, Root } from 'type-graphql';
import { ConnectionArgs, type Connection } from '../../relay/connection.js';
import type { LoaderDefinition, RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { FieldResolver, Mutation, Query } from '../../relay/output.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { payload } from '../../relay/payload.js';
import { paginate } from '../../store/paging.js';
import type { Types } from 'mongoose';
import { User, Viewer, type PublicUser, type UserVerbs } from '../user/index.js';
import type { ApiKeyDocument, ApiKeyModels } from './api-key.model.js';
import { apiKeyList, checkedScopes, type ApiKeyService } from './api-key.service.js';
import {
  ApiKey,
  ApiKeyConnection,
  CreateApiKeyInput,
  CreateApiKeyPayload,
  RevokeApiKeyInput,
  RevokeApiKeyPayload,
} from './api-key.type.js';

export interface ApiKeyResolverDependencies {
  apiKeys: ApiKeyService;
  models: ApiKeyModels;
  users: UserVerbs;
}

@Resolver(() => ApiKey)
export class ApiKeyResolver {
  constructor(private readonly dependencies: ApiKeyResolverDependencies) {}

  @Authorized('MERCHANT', 'ADMIN')
  @Query(() => ApiKeyConnection, {
    description:
      'The viewer’s API keys, newest first. Administrators get everyone’s keys. Expired and revoked keys are listed for 90 days.',
  })
  apiKeys(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<ApiKeyDocument>> {
    return paginate(this.dependencies.models.apiKeys, apiKeyList(context.requireSignedIn()), page);
  }

  @FieldResolver(() => User, { nullable: true, description: 'The account that the key acts for. Null if it was deleted.' })
  owner(@Root() { owner }: ApiKeyDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(this.dependencies.users.userById, owner);
  }

  @Authorized('MERCHANT', 'ADMIN')
  @ChecksInput((input: CreateApiKeyInput, { signedIn }) => checkedScopes(signedIn?.roles ?? [], input))
  @Mutation(() => CreateApiKeyPayload, {
    description: 'Creates an API key that acts for the viewer. Requires the role `MERCHANT` or `ADMIN`. The secret is only shown now.',
  })
  createApiKey(
    @Arg('input', () => CreateApiKeyInput, { description: 'The key to create.' }) input: CreateApiKeyInput,
    @Ctx() context: RequestContext,
  ) {
    return payload(() => this.dependencies.apiKeys.create(context.requireSignedIn(), input));
  }

  @Authorized('MERCHANT', 'ADMIN')
  @Mutation(() => RevokeApiKeyPayload, {
    description:
      'Revokes an API key. It stops working at once, and its open connections close. Requires being its owner, or the role `ADMIN`.',
  })
  revokeApiKey(
    @Arg('input', () => RevokeApiKeyInput, { description: 'The key to revoke.' }) { apiKeyId }: RevokeApiKeyInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('ApiKey', apiKeyId, 'input.apiKeyId');
    return payload(async () => ({ apiKey: await this.dependencies.apiKeys.revoke(context.requireSignedIn(), id) }));
  }
}

@Resolver(() => Viewer)
export class ViewerApiKeyResolver {
  constructor(private readonly apiKeyById: LoaderDefinition<Types.ObjectId, ApiKeyDocument>) {}

  @FieldResolver(() => ApiKey, { nullable: true, description: 'The API key that the request was made with. Null without one.' })
  apiKey(@Ctx() context: RequestContext): Promise<ApiKeyDocument | null> | null {
    return context.apiKey && context.load(this.apiKeyById, context.apiKey.id);
  }
}
