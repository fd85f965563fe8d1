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
  description:
    'A key with which another system uses the API on behalf of the account that created it. Send it as `Authorization: Bearer plz_…`.',
})
export class ApiKey extends Node<ApiKeyDocument> {
  @Field(() => String, { description: 'Name that its owner gave it.' })
  name!: string;

  @Field(() => String, { description: 'First characters of the secret, to recognise the key by.' })
  prefix!: string;

  @Field(() => [String], { description: 'What the key may do, each scope once.' })
  scopes!: string[];

  @Field(() => Date, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When the key expires. Null if it never does.' })
  expiresAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When the key was last used, to the minute. Null if it never was.' })
  lastUsedAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When the key was revoked. Null if it was not.' })
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

  @Field(() => Date, { nullable: true, description: 'When the key expires. It never does when left out.' })
  expiresAt?: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Key that makes retries safe: a request that is repeated with the same key creates no second API key. For 10 minutes, the retry returns the same secret.',
  })
  idempotencyKey?: string | null;
}

export const CreateApiKeyPayload = payloadType('CreateApiKeyPayload', 'Result of creating an API key.', {
  apiKey: field(() => ApiKey, 'The created key.'),
  secret: field(() => String, 'The key itself. Store it; it is not shown again. Null for a retry more than 10 minutes later.'),
  customerTokenSecret: field(
    () => String,
    'Secret to sign the tokens of `exchangeCustomerToken` with (HS256), with `ApiKey.prefix` as `kid`. Store it; it is not shown again. Null without the scope `customers:sign`.',
  ),
});

@InputType({ description: 'An API key to revoke.' })
export class RevokeApiKeyInput {
  @Field(() => ID, { description: 'The key to revoke: one of the viewer’s own, or any key for administrators.' })
  apiKeyId!: string;
}

export const RevokeApiKeyPayload = payloadType('RevokeApiKeyPayload', 'Result of revoking an API key.', {
  apiKey: field(() => ApiKey, 'The revoked key.'),
});
