import { Arg, Args, Authorized, Ctx, ID, Resolver, Root } from 'type-graphql';
import { ConnectionArgs, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { FieldResolver, Mutation, Query } from '../../relay/output.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { payload } from '../../relay/payload.js';
import { AllowKeys } from '../../relay/scopes.js';
import { paginate } from '../../store/paging.js';
import { messageIdOf } from './webhook-payloads.js';
import type { DeliveryDocument, WebhookDocument, WebhookModels } from './webhook.model.js';
import type { WebhookLoaders } from './webhook.loader.js';
import { deliveryList, webhookList, type WebhookService } from './webhook.service.js';
import {
  CreateWebhookInput,
  CreateWebhookPayload,
  DeleteWebhookInput,
  DeleteWebhookPayload,
  PingWebhookInput,
  PingWebhookPayload,
  RedeliverWebhookInput,
  RedeliverWebhookPayload,
  RotateWebhookSecretInput,
  RotateWebhookSecretPayload,
  UpdateWebhookInput,
  UpdateWebhookPayload,
  Webhook,
  WebhookConnection,
  WebhookDelivery,
  WebhookDeliveryConnection,
  WebhookDeliveryStatus,
} from './webhook.type.js';

const requires = 'Requires the role `MERCHANT` or `ADMIN`.';

export interface WebhookResolverDependencies {
  webhooks: WebhookService;
  models: WebhookModels;
}

@Resolver(() => Webhook)
export class WebhookResolver {
  constructor(private readonly dependencies: WebhookResolverDependencies) {}

  @Authorized('MERCHANT', 'ADMIN')
  @AllowKeys('webhooks:manage')
  @Query(() => WebhookConnection, { description: `The viewer’s webhooks, newest first. ${requires}` })
  webhooks(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<WebhookDocument>> {
    return paginate(this.dependencies.models.webhooks, webhookList(context.requireSignedIn().userId), page);
  }

  @Authorized('MERCHANT', 'ADMIN')
  @AllowKeys('webhooks:manage')
  @ChecksInput((input: CreateWebhookInput, _, { dependencies }: WebhookResolver) => dependencies.webhooks.check(input))
  @Mutation(() => CreateWebhookPayload, {
    description: `Creates a webhook, which posts events to an address: those of the viewer’s products, or of the whole shop if the viewer is an administrator. ${requires}`,
  })
  createWebhook(
    @Arg('input', () => CreateWebhookInput, { description: 'The webhook to create.' }) input: CreateWebhookInput,
    @Ctx() context: RequestContext,
  ) {
    return payload(() => this.dependencies.webhooks.create(context.requireSignedIn(), input));
  }

  @Authorized('MERCHANT', 'ADMIN')
  @AllowKeys('webhooks:manage')
  @ChecksInput((input: UpdateWebhookInput, _, { dependencies }: WebhookResolver) => dependencies.webhooks.check(input))
  @Mutation(() => UpdateWebhookPayload, { description: `Updates, enables or disables a webhook of the viewer. ${requires}` })
  updateWebhook(
    @Arg('input', () => UpdateWebhookInput, { description: 'The webhook, and the fields to change.' })
    { webhookId, ...change }: UpdateWebhookInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Webhook', webhookId, 'input.webhookId');
    return payload(async () => ({ webhook: await this.dependencies.webhooks.update(context.requireSignedIn().userId, id, change) }));
  }

  @Authorized('MERCHANT', 'ADMIN')
  @AllowKeys('webhooks:manage')
  @Mutation(() => DeleteWebhookPayload, { description: `Deletes a webhook of the viewer. Pending messages are not sent. ${requires}` })
  deleteWebhook(
    @Arg('input', () => DeleteWebhookInput, { description: 'The webhook to delete.' }) { webhookId }: DeleteWebhookInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Webhook', webhookId, 'input.webhookId');
    return payload(async () => {
      await this.dependencies.webhooks.delete(context.requireSignedIn().userId, id);
      return { deletedWebhookId: webhookId };
    });
  }

  @Authorized('MERCHANT', 'ADMIN')
  @AllowKeys('webhooks:manage')
  @Mutation(() => RotateWebhookSecretPayload, {
    description: `Replaces the secret of a webhook. For 24 hours, messages have signatures of both secrets. ${requires}`,
  })
  rotateWebhookSecret(
    @Arg('input', () => RotateWebhookSecretInput, { description: 'The webhook that gets a new secret.' })
    { webhookId }: RotateWebhookSecretInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Webhook', webhookId, 'input.webhookId');
    return payload(() => this.dependencies.webhooks.rotateSecret(context.requireSignedIn().userId, id));
  }
}

@Resolver(() => WebhookDelivery)
export class WebhookDeliveryResolver {
  constructor(
    private readonly dependencies: WebhookResolverDependencies,
    private readonly loaders: WebhookLoaders,
  ) {}

  @FieldResolver(() => Webhook, { nullable: true, description: 'The webhook it was sent to. Null if it was deleted.' })
  webhook(@Root() { webhook }: DeliveryDocument, @Ctx() context: RequestContext): Promise<WebhookDocument | null> {
    return context.load(this.loaders.webhookById, webhook);
  }

  @FieldResolver(() => String, { description: 'The value of the header `webhook-id` of every attempt.' })
  messageId(@Root() delivery: DeliveryDocument): string {
    return messageIdOf(delivery);
  }

  @FieldResolver(() => Date, { nullable: true, description: 'When the next attempt is due. Null if there will be none.' })
  nextAttemptAt(@Root() { status, dueAt }: DeliveryDocument): Date | null {
    return status === 'PENDING' ? dueAt : null;
  }

  @Authorized('MERCHANT', 'ADMIN')
  @AllowKeys('webhooks:manage')
  @Query(() => WebhookDeliveryConnection, { description: `Messages to the viewer’s webhooks, newest first. ${requires}` })
  webhookDeliveries(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Arg('webhookId', () => ID, { nullable: true, description: 'Only messages to this webhook. All webhooks of the viewer when left out.' })
    webhookId?: string | null,
    @Arg('status', () => WebhookDeliveryStatus, {
      nullable: true,
      description: 'Only messages with this status. All messages when left out.',
    })
    status?: DeliveryDocument['status'] | null,
  ): Promise<Connection<DeliveryDocument>> {
    const webhook = webhookId ? idOf('Webhook', webhookId, 'webhookId') : undefined;
    return paginate(this.dependencies.models.deliveries, deliveryList(context.requireSignedIn().userId, { webhook, status }), page);
  }

  @Authorized('MERCHANT', 'ADMIN')
  @AllowKeys('webhooks:manage')
  @Mutation(() => PingWebhookPayload, { description: `Sends a test message to a webhook of the viewer. ${requires}` })
  pingWebhook(
    @Arg('input', () => PingWebhookInput, { description: 'The webhook to test.' }) { webhookId }: PingWebhookInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Webhook', webhookId, 'input.webhookId');
    return payload(async () => ({ delivery: await this.dependencies.webhooks.ping(context.requireSignedIn().userId, id) }));
  }

  @Authorized('MERCHANT', 'ADMIN')
  @AllowKeys('webhooks:manage')
  @Mutation(() => RedeliverWebhookPayload, {
    description: `Sends a message to a webhook of the viewer again, with the same \`webhook-id\`. A pending message stays as it is. ${requires}`,
  })
  redeliverWebhook(
    @Arg('input', () => RedeliverWebhookInput, { description: 'The message to send again.' }) { deliveryId }: RedeliverWebhookInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('WebhookDelivery', deliveryId, 'input.deliveryId');
    return payload(async () => ({ delivery: await this.dependencies.webhooks.redeliver(context.requireSignedIn().userId, id) }));
  }
}
