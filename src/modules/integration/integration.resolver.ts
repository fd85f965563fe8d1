import { GraphQLJSONObject } from 'graphql-scalars';
import { Arg, Args, Authorized, Ctx, ID, Resolver, Root } from 'type-graphql';
import { broken } from '../../errors.js';
import { WebAddress } from '../../input/web-address.js';
import { ConnectionArgs, type Connection } from '../../relay/connection.js';
import type { LoaderDefinition, RequestContext } from '../../relay/context.js';
import { Cost } from '../../relay/cost.js';
import { idOf } from '../../relay/global-id.js';
import { FieldResolver, Mutation, Query } from '../../relay/output.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { payload } from '../../relay/payload.js';
import { paginate } from '../../store/paging.js';
import type { Types } from 'mongoose';
import { User, type PublicUser, type UserVerbs } from '../user/index.js';
import { messageList, retryPeriod } from './inbox.service.js';
import type { InboxDocument, InboxStatusName, IntegrationDocument, IntegrationModels } from './integration.model.js';
import { integrationList, integrationRules, type IntegrationService } from './integration.service.js';
import {
  CreateIntegrationInput,
  CreateIntegrationPayload,
  DeleteIntegrationInput,
  DeleteIntegrationPayload,
  Integration,
  IntegrationConnection,
  IntegrationMessage,
  IntegrationMessageConnection,
  IntegrationMessageStatus,
  RetryIntegrationMessageInput,
  RetryIntegrationMessagePayload,
  RotateIntegrationSecretInput,
  RotateIntegrationSecretPayload,
} from './integration.type.js';

const requires = 'Requires the role `ADMIN`.';

export interface IntegrationResolverDependencies {
  models: IntegrationModels;
  integrations: IntegrationService;
  users: UserVerbs;
}

@Resolver(() => Integration)
export class IntegrationResolver {
  constructor(private readonly dependencies: IntegrationResolverDependencies) {}

  @Authorized('ADMIN')
  @Query(() => IntegrationConnection, { description: `Shop systems that may send messages, newest first. ${requires}` })
  integrations(@Args(() => ConnectionArgs) page: ConnectionArgs): Promise<Connection<IntegrationDocument>> {
    return paginate(this.dependencies.models.integrations, integrationList(), page);
  }

  @FieldResolver(() => WebAddress, { description: 'Address that the system sends its messages to.' })
  url(@Root() integration: IntegrationDocument): string {
    return this.dependencies.integrations.urlOf(integration);
  }

  @FieldResolver(() => User, {
    nullable: true,
    description: 'The merchant of products that messages create. Null if the account was deleted.',
  })
  merchant(@Root() { merchant }: IntegrationDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(this.dependencies.users.userById, merchant);
  }

  @Authorized('ADMIN')
  @ChecksInput((input: CreateIntegrationInput) => integrationRules(input).check())
  @Mutation(() => CreateIntegrationPayload, {
    description: `Lets a shop system send signed messages about products, customers and orders. ${requires}`,
  })
  createIntegration(
    @Arg('input', () => CreateIntegrationInput, { description: 'The integration to create.' })
    { merchantId, ...input }: CreateIntegrationInput,
    @Ctx() context: RequestContext,
  ) {
    const merchant = merchantId ? idOf('User', merchantId, 'input.merchantId') : null;
    return payload(() => this.dependencies.integrations.create(context.requireSignedIn(), { ...input, merchant }));
  }

  @Authorized('ADMIN')
  @Mutation(() => RotateIntegrationSecretPayload, {
    description: `Replaces the secret of an integration. For 24 hours, messages may be signed with the previous secret, too. ${requires}`,
  })
  rotateIntegrationSecret(
    @Arg('input', () => RotateIntegrationSecretInput, { description: 'The integration, and its new secret.' })
    { integrationId, secret }: RotateIntegrationSecretInput,
  ) {
    const id = idOf('Integration', integrationId, 'input.integrationId');
    return payload(() => this.dependencies.integrations.rotateSecret(id, secret));
  }

  @Authorized('ADMIN')
  @Mutation(() => DeleteIntegrationPayload, {
    description: `Deletes an integration. Pending messages are not applied; what was applied stays. ${requires}`,
  })
  deleteIntegration(
    @Arg('input', () => DeleteIntegrationInput, { description: 'The integration to delete.' }) { integrationId }: DeleteIntegrationInput,
  ) {
    const id = idOf('Integration', integrationId, 'input.integrationId');
    return payload(async () => {
      await this.dependencies.integrations.delete(id);
      return { deletedIntegrationId: integrationId };
    });
  }
}

interface MessageResolverDependencies {
  models: IntegrationModels;
  integrationById: LoaderDefinition<Types.ObjectId, IntegrationDocument>;
  wake: () => void;
  /** What is held on the customer of a data request, for an administrator who is noted. */
  exportFor: (message: InboxDocument, context: RequestContext) => Promise<Record<string, unknown> | null>;
}

@Resolver(() => IntegrationMessage)
export class IntegrationMessageResolver {
  constructor(private readonly dependencies: MessageResolverDependencies) {}

  @Authorized('ADMIN')
  @Query(() => IntegrationMessageConnection, { description: `Messages from shop systems, newest first. ${requires}` })
  integrationMessages(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Arg('integrationId', () => ID, { nullable: true, description: 'Only messages of this integration. All integrations when left out.' })
    integrationId?: string | null,
    @Arg('status', () => IntegrationMessageStatus, {
      nullable: true,
      description: 'Only messages with this status, such as `REFUSED`. All messages when left out.',
    })
    status?: InboxStatusName | null,
  ): Promise<Connection<InboxDocument>> {
    const integration = integrationId ? idOf('Integration', integrationId, 'integrationId') : undefined;
    return paginate(this.dependencies.models.inbox, messageList({ integration, status }), page);
  }

  @FieldResolver(() => Integration, { nullable: true, description: 'The integration that received the message. Null if it was deleted.' })
  integration(@Root() { integration }: InboxDocument, @Ctx() context: RequestContext): Promise<IntegrationDocument | null> {
    return context.load(this.dependencies.integrationById, integration);
  }

  @Authorized('ADMIN')
  @Cost({ weight: 5000 })
  @FieldResolver(() => GraphQLJSONObject, {
    nullable: true,
    description:
      'All personal data of the customer who asked for it, who is found by their external IDs. Null for other messages. Reading it is recorded in `dataAccesses`. Ask for one message at a time: it costs 5,000 points.',
  })
  dataExport(@Root() message: InboxDocument, @Ctx() context: RequestContext): Promise<Record<string, unknown> | null> {
    return this.dependencies.exportFor(message, context);
  }

  @Authorized('ADMIN')
  @Mutation(() => RetryIntegrationMessagePayload, { description: `Retries a message that was refused or is pending. ${requires}` })
  retryIntegrationMessage(
    @Arg('input', () => RetryIntegrationMessageInput, { description: 'The message to retry.' })
    { messageId }: RetryIntegrationMessageInput,
  ) {
    const { models, wake } = this.dependencies;
    const id = idOf('IntegrationMessage', messageId, 'input.messageId');
    return payload(async () => {
      const now = new Date();
      const again = {
        status: 'PENDING' as const,
        attempts: 0,
        dueAt: now,
        deadline: new Date(now.getTime() + retryPeriod),
        completedAt: null,
      };
      const open = { _id: id, status: { $in: ['REFUSED', 'PENDING'] as InboxStatusName[] }, sealed: { $exists: true } };
      const message = await models.inbox.findOneAndUpdate(open, { $set: again }, { returnDocument: 'after' }).lean();
      if (!message) throw broken('NOT_FOUND', 'There is no such message.', 'messageId');
      wake();
      return { message };
    });
  }
}
