import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { field, ObjectType, payloadType } from '../../relay/output.js';
import { WebAddress } from '../../input/web-address.js';
import type { DeliveryStatusName, DisabledReason, DeliveryDocument, WebhookDocument } from './webhook.model.js';
import type { WebhookEventName } from './webhook-events.js';

/** Enum values by their names, for registration. */
const named = <Name extends string>(descriptions: Record<Name, string>) => ({
  values: Object.fromEntries(Object.keys(descriptions).map((name) => [name, name])) as { [Key in Name]: Key },
  valuesConfig: Object.fromEntries(Object.entries<string>(descriptions).map(([name, description]) => [name, { description }])),
});

const events = named<WebhookEventName>({
  REVIEW_ADDED: 'A review was published.',
  REVIEW_EDITED: 'A review, its votes or the merchant’s response changed.',
  REVIEW_REMOVED: 'A review was deleted or hidden.',
  REVIEW_RESTORED: 'A hidden review is visible again.',
  RATING_CHANGED: 'A product’s rating changed.',
  QUESTION_ASKED: 'A question was published.',
  QUESTION_EDITED: 'A question changed.',
  QUESTION_REMOVED: 'A question was deleted or hidden.',
  QUESTION_RESTORED: 'A hidden question is visible again.',
  ANSWER_ADDED: 'An answer was published.',
  ANSWER_EDITED: 'An answer or its votes changed, or it was accepted.',
  ANSWER_REMOVED: 'An answer was deleted or hidden.',
  ANSWER_RESTORED: 'A hidden answer is visible again.',
  COMMENT_ADDED: 'A comment was published.',
  COMMENT_EDITED: 'A comment changed.',
  COMMENT_REMOVED: 'A comment was deleted or hidden.',
  COMMENT_RESTORED: 'A hidden comment is visible again.',
  CONTENT_HELD: 'Content is waiting for a moderator. Only webhooks of administrators receive it.',
  CONTENT_MODERATED: 'A moderator hid content or made it visible again.',
  REFERRAL_SENT: 'A user recommended a product to another user.',
  REFERRAL_BOUGHT: 'A user bought a product that was recommended to them.',
  SHARE_ADDED: 'A user shared a product.',
  SHARE_REMOVED: 'A user deleted a share.',
  FEEDBACK_RECEIVED: 'A buyer sent feedback to the merchant. Only the merchant’s own webhooks receive it.',
  FEEDBACK_ANSWERED: 'The merchant answered feedback. Only the merchant’s own webhooks receive it.',
  INVITATION_SENT: 'An invitation to review was sent. Administrators’ webhooks get its link, for shops that send their own.',
  INVITATION_REMINDED: 'A reminder of an invitation to review was sent.',
  PING: 'A test by `pingWebhook`. Every webhook receives it.',
});
export const WebhookEvent = events.values;
registerEnumType(WebhookEvent, {
  name: 'WebhookEvent',
  description: 'An event that webhooks can receive. Payloads name it in lower case with a dot, such as `review.added`.',
  valuesConfig: events.valuesConfig,
});

const statuses = named<DeliveryStatusName>({
  PENDING: 'Waiting to be sent for the first time, or to be retried.',
  DELIVERED: 'The receiver answered with a 2xx status.',
  DEAD: 'Not delivered within three days, or the webhook was disabled. Send it again with `redeliverWebhook`.',
  SKIPPED: 'Not sent, because the content was deleted or hidden in the meantime, or the webhook no longer receives the event.',
});
export const WebhookDeliveryStatus = statuses.values;
registerEnumType(WebhookDeliveryStatus, {
  name: 'WebhookDeliveryStatus',
  description: 'Status of a message to a webhook.',
  valuesConfig: statuses.valuesConfig,
});

const reasons = named<DisabledReason>({
  BY_OWNER: 'The owner disabled it.',
  FAILING: 'The receiver failed for three days.',
  GONE: 'The receiver answered with the status 410 Gone.',
  QUEUE_FULL: 'Too many messages waited for the receiver.',
  OWNER_NOT_ALLOWED: 'The owner lost the role that webhooks require.',
});
const WebhookDisabledReason = reasons.values;
registerEnumType(WebhookDisabledReason, {
  name: 'WebhookDisabledReason',
  description: 'Why a webhook was disabled.',
  valuesConfig: reasons.valuesConfig,
});

@ObjectType({ implements: Node, description: 'An address that receives events as signed HTTP requests (Standard Webhooks).' })
export class Webhook extends Node<WebhookDocument> {
  @Field(() => WebAddress, { description: 'Address that events are posted to.' })
  url!: string;

  @Field(() => [WebhookEvent], { description: 'Events that it receives, up to 27, each event once.' })
  events!: WebhookEventName[];

  @Field(() => Boolean, { description: 'Whether events are sent. Events that occur while it is disabled are never sent.' })
  enabled!: boolean;

  @Field(() => WebhookDisabledReason, { nullable: true, description: 'Why it was disabled. Null while it is enabled.' })
  disabledReason!: DisabledReason | null;

  @Field(() => Date, { nullable: true, description: 'When the receiver started to fail. Null if the last message was delivered.' })
  failingSince!: Date | null;

  @Field(() => Date, { description: 'When the webhook was created.' })
  createdAt!: Date;

  @Field(() => Date, { description: 'When the webhook last changed.' })
  updatedAt!: Date;
}

export const WebhookConnection = connectionType(Webhook, 'Webhook');

@ObjectType({ implements: Node, description: 'A message to a webhook about one event.' })
export class WebhookDelivery extends Node<DeliveryDocument> {
  @Field(() => WebhookEvent, { description: 'The event that the message is about.' })
  event!: WebhookEventName;

  @Field(() => WebhookDeliveryStatus, { description: 'Current status of the message.' })
  status!: DeliveryStatusName;

  @Field(() => Int, { name: 'attemptCount', description: 'Number of attempts to deliver the message so far.' })
  attempts!: number;

  @Field(() => Int, { nullable: true, description: 'HTTP status of the receiver’s last response. Null if there was none.' })
  responseStatus!: number | null;

  @Field(() => String, { nullable: true, description: 'Why the last attempt failed, in English. Null if it did not.' })
  error!: string | null;

  @Field(() => Date, { description: 'When the event occurred.' })
  occurredAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When the message was delivered or abandoned. Null while it is pending.' })
  completedAt!: Date | null;
}

export const WebhookDeliveryConnection = connectionType(WebhookDelivery, 'WebhookDelivery');

@InputType({ description: 'A webhook to create.' })
export class CreateWebhookInput {
  @Field(() => WebAddress, { description: 'Public https address that events are posted to.' })
  url!: string;

  @Field(() => [WebhookEvent], { description: 'Events to receive, at least one.' })
  events!: WebhookEventName[];

  @Field(() => String, {
    nullable: true,
    description: 'Key that makes retries safe: a request that is repeated with the same key creates no second webhook.',
  })
  idempotencyKey?: string | null;
}

export const CreateWebhookPayload = payloadType('CreateWebhookPayload', 'Result of creating a webhook.', {
  webhook: field(() => Webhook, 'The created webhook.'),
  secret: field(() => String, 'Secret to verify signatures with. Store it; it is not shown again.'),
});

@InputType({ description: 'Changes to a webhook. Fields that are left out stay as they are.' })
export class UpdateWebhookInput {
  @Field(() => ID, { description: 'The webhook to change.' })
  webhookId!: string;

  @Field(() => WebAddress, { nullable: true, description: 'Public https address that events are posted to.' })
  url?: string | null;

  @Field(() => [WebhookEvent], {
    nullable: true,
    description: 'Events to receive, at least one. Messages about others that wait are skipped.',
  })
  events?: WebhookEventName[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether events are sent.' })
  enabled?: boolean | null;
}

export const UpdateWebhookPayload = payloadType('UpdateWebhookPayload', 'Result of updating a webhook.', {
  webhook: field(() => Webhook, 'The updated webhook.'),
});

@InputType({ description: 'The webhook to delete.' })
export class DeleteWebhookInput {
  @Field(() => ID, { description: 'The webhook to delete.' })
  webhookId!: string;
}

export const DeleteWebhookPayload = payloadType('DeleteWebhookPayload', 'Result of deleting a webhook.', {
  deletedWebhookId: field(() => ID, 'ID of the deleted webhook.'),
});

@InputType({ description: 'The webhook that gets a new secret.' })
export class RotateWebhookSecretInput {
  @Field(() => ID, { description: 'The webhook that gets a new secret.' })
  webhookId!: string;
}

export const RotateWebhookSecretPayload = payloadType('RotateWebhookSecretPayload', 'Result of replacing a webhook’s secret.', {
  webhook: field(() => Webhook, 'The webhook with the new secret.'),
  secret: field(
    () => String,
    'The new secret. Store it; it is not shown again. For 24 hours, messages are signed with the previous secret, too.',
  ),
});

@InputType({ description: 'The webhook to test.' })
export class PingWebhookInput {
  @Field(() => ID, { description: 'The webhook to test.' })
  webhookId!: string;
}

export const PingWebhookPayload = payloadType('PingWebhookPayload', 'Result of testing a webhook.', {
  delivery: field(() => WebhookDelivery, 'The test message. Refetch it to see what the receiver answered.'),
});

@InputType({ description: 'The message to send again.' })
export class RedeliverWebhookInput {
  @Field(() => ID, { description: 'The message to send again.' })
  deliveryId!: string;
}

export const RedeliverWebhookPayload = payloadType('RedeliverWebhookPayload', 'Result of sending a message again.', {
  delivery: field(() => WebhookDelivery, 'The delivery, which is pending again.'),
});
