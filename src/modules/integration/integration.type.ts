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
    GENERIC: { description: 'Any other system, with messages in Plaza’s own form.' },
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
  description: 'What became of a message from a shop system.',
  valuesConfig: {
    PENDING: { description: 'Waits to be applied, for the first time or again. See `reason`.' },
    APPLIED: { description: 'What it says was done.' },
    OUTDATED: { description: 'A newer version of the object was known already.' },
    IGNORED: { description: 'Messages of this topic are not used.' },
    REFUSED: { description: 'Can’t be applied. See `reason`, and try again with `retryIntegrationMessage`.' },
    DATA_REQUESTED: { description: 'A customer asks for their data. See `dataExport`.' },
  },
});

@ObjectType({ implements: Node, description: 'A shop system that tells Plaza about products, customers and orders by signed messages.' })
export class Integration extends Node<IntegrationDocument> {
  @Field(() => IntegrationPlatform, { description: 'The system that sends messages.' })
  platform!: PlatformName;

  @Field(() => String, { description: 'The source that its external IDs belong to.' })
  source!: string;

  @Field(() => String, { description: 'ISO 4217 code of the currency of amounts that come without one.' })
  currency!: string;

  @Field(() => Boolean, {
    description: 'Whether an order counts as delivered once it was handed to the carrier. Only Shopify tells them apart.',
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
  @Field(() => String, { description: 'ID of the delivery, as the system calls it.' })
  delivery!: string;

  @Field(() => String, { description: 'Topic in the words of the system, such as `orders/paid`.' })
  topic!: string;

  @Field(() => String, { description: 'What the message is about, such as `order:shopify:1001`.' })
  subject!: string;

  @Field(() => IntegrationMessageStatus, { description: 'What became of the message.' })
  status!: InboxStatusName;

  @Field(() => String, { nullable: true, description: 'Why it was refused or still waits, in English. Null otherwise.' })
  reason!: string | null;

  @Field(() => Int, { description: 'Number of attempts to apply it.' })
  attempts!: number;

  @Field(() => Date, { description: 'When the message was received.' })
  receivedAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it was applied or refused. Null while it is pending.' })
  completedAt!: Date | null;
}

export const IntegrationMessageConnection = connectionType(IntegrationMessage, 'IntegrationMessage');

const secretForm =
  'At least 16 characters; `whsec_` and at least 24 bytes in Base64 for `GENERIC`. Required for `SHOPIFY`, which signs with the client secret of your app.';

@InputType({ description: 'A shop system that may send messages.' })
export class CreateIntegrationInput {
  @Field(() => IntegrationPlatform, { description: 'The system that sends messages.' })
  platform!: PlatformName;

  @Field(() => String, {
    nullable: true,
    description: 'The source that its external IDs belong to, up to 100 characters. The platform’s name, such as shopify, if left out.',
  })
  source?: string | null;

  @Field(() => String, { nullable: true, description: `Secret that it signs with. Made up if left out. ${secretForm}` })
  secret?: string | null;

  @Field(() => ID, { nullable: true, description: 'The merchant of products that are new. The viewer when left out.' })
  merchantId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'ISO 4217 code of the currency of amounts that come without one, such as those of products. The shop’s currency if left out.',
  })
  currency?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'Whether an order counts as delivered once it was handed to the carrier. False if Shopify knows when parcels arrive.',
  })
  fulfilledIsDelivered!: boolean;

  @Field(() => String, { nullable: true, description: 'Makes retries safe: the same key creates the integration once.' })
  idempotencyKey?: string | null;
}

export const CreateIntegrationPayload = payloadType('CreateIntegrationPayload', 'Result of creating an integration.', {
  integration: field(() => Integration, 'The integration as it is now.'),
  secret: field(() => String, 'Secret to sign with. Store it; it is not shown again. Null if you gave one.'),
});

@InputType({ description: 'The integration that gets a new secret.' })
export class RotateIntegrationSecretInput {
  @Field(() => ID, { description: 'The integration to change.' })
  integrationId!: string;

  @Field(() => String, { nullable: true, description: `The new secret. Made up if left out. ${secretForm}` })
  secret?: string | null;
}

export const RotateIntegrationSecretPayload = payloadType(
  'RotateIntegrationSecretPayload',
  'Result of replacing an integration’s secret.',
  {
    integration: field(() => Integration, 'The integration as it is now.'),
    secret: field(() => String, 'The new secret. Store it; it is not shown again. Null if you gave one.'),
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

@InputType({ description: 'The message to apply again.' })
export class RetryIntegrationMessageInput {
  @Field(() => ID, { description: 'The refused message.' })
  messageId!: string;
}

export const RetryIntegrationMessagePayload = payloadType('RetryIntegrationMessagePayload', 'Result of applying a message again.', {
  message: field(() => IntegrationMessage, 'The message, which is pending again.'),
});
