import { Field, ID, InputType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { field, ObjectType, payloadType } from '../../relay/output.js';
import { scopes } from '../../relay/scopes.js';
import type { ApiKeyDocument } from './api-key.model.js';

const listed = Object.entries(scopes)
  .map(([scope, { description }]) => `\`${scope}\`: ${description}`)
  .join(' ');

@ObjectType({
  implements: Node,
  description: 'Access to the API for a system, in the name of the account that created it. Sent as `Authorization: Bearer plz_…`.',
})
export class ApiKey extends Node<ApiKeyDocument> {
  @Field(() => String, { description: 'Name that its owner gave it.' })
  name!: string;

  @Field(() => String, { description: 'Beginning of its secret, to tell it apart from others.' })
  prefix!: string;

  @Field(() => [String], { description: 'What it may do, each scope once.' })
  scopes!: string[];

  @Field(() => Date, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it expires. Null if it doesn’t.' })
  expiresAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When it was last used, to the minute. Null if it wasn’t.' })
  lastUsedAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When it was revoked. Null while it wasn’t.' })
  revokedAt!: Date | null;
}

export const ApiKeyConnection = connectionType(ApiKey, 'ApiKey');

@InputType({ description: 'An API key to create.' })
export class CreateApiKeyInput {
  @Field(() => String, { description: 'Name to recognise the key by, up to 100 characters.' })
  name!: string;

  @Field(() => [String], {
    description: `What the key may do. ${listed} The scopes for users and customers require the role \`ADMIN\`.`,
  })
  scopes!: string[];

  @Field(() => Date, { nullable: true, description: 'When the key expires. It doesn’t when left out.' })
  expiresAt?: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'Makes retries safe: the same key creates the API key once. For 10 minutes, a retry is answered with the same secret.',
  })
  idempotencyKey?: string | null;
}

export const CreateApiKeyPayload = payloadType('CreateApiKeyPayload', 'Result of creating an API key.', {
  apiKey: field(() => ApiKey, 'The created key.'),
  secret: field(() => String, 'The key itself. Only shown now: the server keeps a digest of it. Null for a retry that comes too late.'),
  customerTokenSecret: field(
    () => String,
    'Secret to sign the tokens of `exchangeCustomerToken` with (HS256), with `ApiKey.prefix` as `kid`. Only shown now. Null without the scope `customers:sign`.',
  ),
});

@InputType({ description: 'An API key to revoke.' })
export class RevokeApiKeyInput {
  @Field(() => ID, { description: 'The key to revoke: one of the viewer’s own, or any for administrators.' })
  apiKeyId!: string;
}

export const RevokeApiKeyPayload = payloadType('RevokeApiKeyPayload', 'Result of revoking an API key.', {
  apiKey: field(() => ApiKey, 'The revoked key.'),
});
