import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { field, ObjectType, payloadType } from '../../relay/output.js';
import type { InboxDocument, InboxStatusName, IntegrationDocument } from './integration.model.js';
import type { PlatformName } from './records.js';

export enum IntegrationPlatform {
  SHOPIFY = 'SHOPIFY',
  WOOCOMMERCE = 'WOOCOMMERCE',
  GENERIC = 'GENERIC',
}

registerEnumType(IntegrationPlatform, {
  name: 'IntegrationPlatform',
  description: 'System that sends messages.',
  valuesConfig: {
    SHOPIFY: { description: 'A shop on Shopify.' },
    WOOCOMMERCE: { description: 'A shop with WooCommerce.' },
    GENERIC: { description: 'Any other system, with messages in Plaza’s own format.' },
  },
});

export enum IntegrationMessageStatus {
  PENDING = 'PENDING',
  APPLIED = 'APPLIED',
  OUTDATED = 'OUTDATED',
  IGNORED = 'IGNORED',
  REFUSED = 'REFUSED',
  DATA_REQUESTED = 'DATA_REQUESTED',
}

registerEnumType(IntegrationMessageStatus, {
  name: 'IntegrationMessageStatus',
  description: 'Status of a message from a shop system.',
  valuesConfig: {
    PENDING: { description: 'Waiting to be applied for the first time, or to be retried. See `reason`.' },
    APPLIED: { description: 'The change was applied.' },
    OUTDATED: { description: 'The shop already had a newer version of the object.' },
    IGNORED: { description: 'Messages of this topic are not used.' },
    REFUSED: { description: 'Can’t be applied. See `reason`, and retry with `retryIntegrationMessage`.' },
    DATA_REQUESTED: { description: 'A customer asks for their data. See `dataExport`.' },
  },
});

@ObjectType({ implements: Node, description: 'A shop system that sends signed messages about products, customers and orders.' })
export class Integration extends Node<IntegrationDocument> {
  @Field(() => IntegrationPlatform, { description: 'The system that sends messages.' })
  platform!: PlatformName;

  @Field(() => String, { description: 'The source that its external IDs belong to.' })
  source!: string;

  @Field(() => String, { description: 'ISO 4217 code of the currency of amounts that come without one.' })
  currency!: string;

  @Field(() => Boolean, {
    description: 'Whether an order counts as delivered as soon as it was handed to the carrier. Only Shopify tells the two apart.',
  })
  fulfilledIsDelivered!: boolean;

  @Field(() => Date, { description: 'When the integration was created.' })
  createdAt!: Date;

  @Field(() => Date, { description: 'When the integration last changed.' })
  updatedAt!: Date;
}

export const IntegrationConnection = connectionType(Integration, 'Integration');

@ObjectType({ implements: Node, description: 'A signed message from a shop system.' })
export class IntegrationMessage extends Node<InboxDocument> {
  @Field(() => String, { description: 'ID that the system gave the delivery.' })
  delivery!: string;

  @Field(() => String, { description: 'Topic as the system names it, such as `orders/paid`.' })
  topic!: string;

  @Field(() => String, { description: 'What the message is about, such as `order:shopify:1001`.' })
  subject!: string;

  @Field(() => IntegrationMessageStatus, { description: 'Status of the message.' })
  status!: InboxStatusName;

  @Field(() => String, { nullable: true, description: 'Why it was refused or is still pending, in English. Null otherwise.' })
  reason!: string | null;

  @Field(() => Int, { name: 'attemptCount', description: 'Number of attempts to apply the message.' })
  attempts!: number;

  @Field(() => Date, { description: 'When the message was received.' })
  receivedAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When the message was applied or refused. Null while it is pending.' })
  completedAt!: Date | null;
}

export const IntegrationMessageConnection = connectionType(IntegrationMessage, 'IntegrationMessage');

const secretForm =
  'At least 16 characters; for `GENERIC`, `whsec_` and at least 24 bytes in Base64. Generated when left out. Required for `SHOPIFY`, which signs with the client secret of your app.';

@InputType({ description: 'A shop system that may send messages.' })
export class CreateIntegrationInput {
  @Field(() => IntegrationPlatform, { description: 'The system that sends messages.' })
  platform!: PlatformName;

  @Field(() => String, {
    nullable: true,
    description: 'The source that its external IDs belong to, up to 100 characters. The platform’s name, such as shopify, when left out.',
  })
  source?: string | null;

  @Field(() => String, { nullable: true, description: `Secret that the system signs with. ${secretForm}` })
  secret?: string | null;

  @Field(() => ID, { nullable: true, description: 'The merchant of products that messages create. The viewer when left out.' })
  merchantId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'ISO 4217 code of the currency of amounts that come without one, such as those of products. The shop’s currency when left out.',
  })
  currency?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description:
      'Whether an order counts as delivered as soon as it was handed to the carrier. Set it to false if Shopify tracks when parcels arrive.',
  })
  fulfilledIsDelivered!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Key that makes retries safe: a request that is repeated with the same key creates no second integration.',
  })
  idempotencyKey?: string | null;
}

export const CreateIntegrationPayload = payloadType('CreateIntegrationPayload', 'Result of creating an integration.', {
  integration: field(() => Integration, 'The created integration.'),
  secret: field(() => String, 'The generated secret to sign with. Store it; it is not shown again. Null if the input had a secret.'),
});

@InputType({ description: 'The integration that gets a new secret.' })
export class RotateIntegrationSecretInput {
  @Field(() => ID, { description: 'The integration that gets a new secret.' })
  integrationId!: string;

  @Field(() => String, { nullable: true, description: `The new secret. ${secretForm}` })
  secret?: string | null;
}

export const RotateIntegrationSecretPayload = payloadType(
  'RotateIntegrationSecretPayload',
  'Result of replacing an integration’s secret.',
  {
    integration: field(() => Integration, 'The integration with the new secret.'),
    secret: field(() => String, 'The generated secret. Store it; it is not shown again. Null if the input had a secret.'),
  },
);

@InputType({ description: 'The integration to delete.' })
export class DeleteIntegrationInput {
  @Field(() => ID, { description: 'The integration to delete.' })
  integrationId!: string;
}

export const DeleteIntegrationPayload = payloadType('DeleteIntegrationPayload', 'Result of deleting an integration.', {
  deletedIntegrationId: field(() => ID, 'ID of the deleted integration.'),
});

@InputType({ description: 'The message to retry.' })
export class RetryIntegrationMessageInput {
  @Field(() => ID, { description: 'A message that was refused or is pending.' })
  messageId!: string;
}

export const RetryIntegrationMessagePayload = payloadType('RetryIntegrationMessagePayload', 'Result of retrying a message.', {
  message: field(() => IntegrationMessage, 'The message, which is pending again.'),
});
