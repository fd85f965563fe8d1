/** API keys: making and revoking them, and whom one speaks for. */
import { createHmac } from 'node:crypto';
import type { Types } from 'mongoose';
import { broken, RequestError } from '../../errors.js';
import { InputRules } from '../../input/rules.js';
import type { Logger } from '../../log.js';
import { message } from '../../messages/index.js';
import { accountTopic, type Change, type Realtime } from '../../realtime/index.js';
import type { ListDefinition } from '../../relay/connection.js';
import type { Role, SignedIn } from '../../relay/context.js';
import { isScope, mayGrant, type Scope } from '../../relay/scopes.js';
import { insert } from '../../store/documents.js';
import { requireCreated, type IdempotencyKeys } from '../../store/idempotency.js';
import type { ModerationVerbs } from '../moderation/index.js';
import type { UserVerbs } from '../user/index.js';
import { matches, newSecret, prefixOf, secretOf } from './api-key-secret.js';
import type { ApiKeyDocument, ApiKeyModels } from './api-key.model.js';

const maxKeys = 100;
const maxScopes = 50;
const day = 24 * 60 * 60 * 1000;
/** Ended keys stay in the list for so long. */
const retention = 90 * day;
const useResolution = 60_000;
/** Who asks again under the same idempotency key is shown the same secret, for so long after the creation. */
const retryWindow = 10 * 60 * 1000;
/** The latest time that there is, for keys that do not expire. */
const never = new Date(8_640_000_000_000_000);

export interface NewApiKey {
  name: string;
  scopes: readonly string[];
  expiresAt?: Date | null;
  idempotencyKey?: string | null;
}

export interface CreatedApiKey {
  apiKey: ApiKeyDocument;
  /** Null for who asks again too late. */
  secret: string | null;
  /** What tokens of customers are signed with; null without the scope for it. */
  customerTokenSecret: string | null;
}

interface ApiKeyDependencies {
  models: ApiKeyModels;
  realtime: Realtime;
  idempotency: IdempotencyKeys;
  users: UserVerbs;
  moderation: ModerationVerbs;
  /** Secrets that are made again follow from the first, for customer tokens and for retries; what follows from the others is accepted. */
  authSecrets: readonly [string, ...string[]];
  log: Logger;
}

export class ApiKeyService {
  private readonly models: ApiKeyModels;

  constructor(private readonly dependencies: ApiKeyDependencies) {
    this.models = dependencies.models;
  }

  /** @throws RulesBroken */
  async create(owner: SignedIn, input: NewApiKey): Promise<CreatedApiKey> {
    const scopes = checkedScopes(owner.roles, input);
    const { realtime, idempotency } = this.dependencies;
    let made: string | null = null;
    const id = await realtime.recordChange([`api-keys:${owner.userId.toHexString()}`], (change) => {
      const request = { user: owner.userId, operation: 'createApiKey', key: input.idempotencyKey, input };
      made = null;
      return idempotency.createOnce(change.session, request, async (_id) => {
        made = await this.insertKey(change, owner, _id, { ...input, scopes });
      });
    });
    const apiKey = requireCreated(await this.models.apiKeys.findById(id).lean());
    const secret = made ?? this.secretAgain(apiKey);
    return { apiKey, secret, customerTokenSecret: secret && scopes.includes('customers:sign') ? this.customerTokenSecrets(id)[0]! : null };
  }

  /** @returns the secret, which is nowhere else. @throws RulesBroken NOT_ALLOWED */
  private async insertKey(
    change: Change,
    owner: SignedIn,
    _id: Types.ObjectId,
    { name, scopes, expiresAt = null, idempotencyKey }: NewApiKey & { scopes: Scope[] },
  ): Promise<string> {
    const active = { owner: owner.userId, revokedAt: null };
    if ((await this.models.apiKeys.countDocuments(active).session(change.session)) >= maxKeys)
      throw broken('NOT_ALLOWED', message('You can have at most {max} API keys. Revoke one first.', { max: maxKeys }));
    const { secret, prefix, secretHash } = newSecret(idempotencyKey ? this.repeatable(_id)[0] : undefined);
    const apiKey: ApiKeyDocument = {
      ...{ _id, prefix, secretHash, name, owner: owner.userId, scopes, createdAt: new Date(), expiresAt },
      ...{ lastUsedAt: null, revokedAt: null, ...(expiresAt && { removeAt: new Date(expiresAt.getTime() + retention) }) },
    };
    await insert(this.models.apiKeys, apiKey, change.session);
    await this.putOnRecord(change, owner, 'CREATE_API_KEY', apiKey);
    return secret;
  }

  /** The secret for who did not get the answer; null once that is too long ago, or the key has ended. */
  private secretAgain({ _id, prefix, secretHash, createdAt, revokedAt }: ApiKeyDocument): string | null {
    if (revokedAt || Date.now() - createdAt.getTime() > retryWindow) return null;
    const secrets = this.repeatable(_id).map((random) => secretOf(prefix, random));
    return secrets.find((secret) => matches(secret, secretHash)) ?? null;
  }

  /** What a key's secret may be made of. It follows from the server's secrets, so that the store does not have it. */
  private repeatable(id: Types.ObjectId): Buffer[] {
    return this.derived(`API key ${id.toHexString()}`);
  }

  /** Ends a key at once, on open connections too. @throws RulesBroken NOT_FOUND for one that is somebody else's */
  async revoke(actor: SignedIn, id: Types.ObjectId): Promise<ApiKeyDocument> {
    return this.dependencies.realtime.recordChange([`api-key:${id.toHexString()}`], async (change) => {
      const { session } = change;
      const found = await this.models.apiKeys.findById(id).session(session).lean();
      if (!found || !mayManage(actor, found)) throw broken('NOT_FOUND', 'There is no such API key.', 'apiKeyId');
      if (found.revokedAt) return found;
      await this.end(change, [found]);
      await this.putOnRecord(change, actor, 'REVOKE_API_KEY', found);
      return (await this.models.apiKeys.findById(id).session(session).lean())!;
    });
  }

  /** Ends what a user's roles no longer allow: all keys without a role for one, else those with a scope of another role. */
  async revokeBeyond(change: Change, owner: Types.ObjectId, roles: readonly Role[]): Promise<void> {
    const keys = await this.models.apiKeys.find({ owner, revokedAt: null }).session(change.session).lean();
    const isSeller = roles.includes('MERCHANT') || roles.includes('ADMIN');
    await this.end(
      change,
      keys.filter(({ scopes }) => !isSeller || !scopes.every((scope) => mayGrant(scope, roles))),
    );
  }

  /**
   * Whom a key speaks for.
   * @throws RequestError UNAUTHENTICATED for one that is forged, expired or revoked, or whose owner may no longer act
   */
  async authenticate(secret: string): Promise<SignedIn> {
    const prefix = prefixOf(secret);
    const found = prefix === null ? null : await this.models.apiKeys.findOne({ prefix }).lean();
    if (!matches(secret, found?.secretHash)) throw refusedKey();
    const [current] = await this.identitiesOf([found!]);
    if (!current) throw refusedKey();
    this.noteUse(found!);
    return current;
  }

  /** The same keys as they are now; null for each that has ended. */
  async currentOf(actors: readonly SignedIn[]): Promise<(SignedIn | null)[]> {
    if (actors.length === 0) return [];
    const found = await this.models.apiKeys.find({ _id: { $in: actors.map(({ key }) => key!.id) } }).lean();
    const identities = await this.identitiesOf(found);
    const byId = new Map(identities.flatMap((identity) => (identity ? [[identity.key!.id.toHexString(), identity] as const] : [])));
    return actors.map(({ key }) => byId.get(key!.id.toHexString()) ?? null);
  }

  /** The active key that signs tokens of customers under a name, and what it may sign with; null where there is none. */
  async customerTokenSigner(prefix: string): Promise<{ id: Types.ObjectId; secrets: string[] } | null> {
    const found = await this.models.apiKeys.findOne({ prefix }).lean();
    const [current] = found?.scopes.includes('customers:sign') ? await this.identitiesOf([found]) : [];
    return found && current ? { id: found._id, secrets: this.customerTokenSecrets(found._id) } : null;
  }

  private async identitiesOf(keys: readonly ApiKeyDocument[]): Promise<(SignedIn | null)[]> {
    const now = Date.now();
    const roles = await this.dependencies.users.rolesOfActive(keys.map(({ owner }) => owner));
    return keys.map(({ _id, prefix, owner, scopes, expiresAt, revokedAt }) => {
      const ownRoles = roles.get(owner.toHexString());
      if (!ownRoles || revokedAt || (expiresAt && expiresAt.getTime() <= now)) return null;
      const key = { id: _id, prefix, scopes };
      return { userId: owner, sessionId: prefix, roles: ownRoles, expiresAt: expiresAt ?? never, key };
    });
  }

  private noteUse({ _id, lastUsedAt }: ApiKeyDocument): void {
    if (lastUsedAt && Date.now() - lastUsedAt.getTime() < useResolution) return;
    this.models.apiKeys
      .updateOne({ _id, lastUsedAt }, { $set: { lastUsedAt: new Date() } })
      .catch((error: unknown) => this.dependencies.log.warn({ err: error }, 'the last use of an API key was not noted'));
  }

  private async end({ session, announce }: Change, keys: readonly ApiKeyDocument[]): Promise<void> {
    if (keys.length === 0) return;
    const now = new Date();
    const ended = { revokedAt: now, removeAt: new Date(now.getTime() + retention) };
    await this.models.apiKeys.updateMany({ _id: { $in: keys.map(({ _id }) => _id) } }, { $set: ended }, { session });
    for (const { owner } of keys) announce(accountTopic(owner));
  }

  private async putOnRecord(
    { session }: Change,
    actor: SignedIn,
    action: 'CREATE_API_KEY' | 'REVOKE_API_KEY',
    { _id, name, prefix, owner, scopes }: ApiKeyDocument,
  ): Promise<void> {
    const what = { contentType: 'ApiKey', content: _id, user: owner, reason: `${name} (${prefix}): ${scopes.join(', ') || 'no scopes'}` };
    await this.dependencies.moderation.putOnRecord(session, { moderator: actor.userId, action, ...what });
  }

  /** What a key signs customers' tokens with, the one that is handed out first. */
  private customerTokenSecrets(id: Types.ObjectId): string[] {
    return this.derived(`customer tokens of ${id.toHexString()}`).map((secret) => secret.toString('base64url'));
  }

  private derived(purpose: string): Buffer[] {
    return this.dependencies.authSecrets.map((secret) => createHmac('sha256', secret).update(purpose).digest());
  }
}

export function checkedScopes(roles: readonly Role[], { name, scopes, expiresAt }: NewApiKey): Scope[] {
  const rules = new InputRules().line(name, { min: 1, max: 100 }, 'name');
  rules.require(!expiresAt || expiresAt.getTime() > Date.now(), 'INVALID', 'This time is in the past.', 'expiresAt');
  rules.require(scopes.length <= maxScopes, 'TOO_LONG', message('This list can have at most {max} items.', { max: maxScopes }), 'scopes');
  const known = scopes.slice(0, maxScopes).filter((scope, at): scope is Scope => {
    rules.require(isScope(scope), 'INVALID', 'There is no such scope.', 'scopes', String(at));
    return isScope(scope);
  });
  known.forEach((scope) =>
    rules.require(mayGrant(scope, roles), 'NOT_ALLOWED', 'Your role doesn’t include this scope.', 'scopes', String(scopes.indexOf(scope))),
  );
  rules.check();
  return [...new Set(known)];
}

export function mayManage({ userId, roles }: SignedIn, { owner }: ApiKeyDocument): boolean {
  return owner.equals(userId) || roles.includes('ADMIN');
}

function refusedKey(): RequestError {
  return new RequestError('UNAUTHENTICATED', 'This API key is not valid. It may have expired or been revoked.');
}

/** A user's keys, or those of everybody for administrators, newest first. */
export function apiKeyList({ userId, roles }: SignedIn): ListDefinition {
  return {
    name: 'apiKeys',
    filter: roles.includes('ADMIN') ? {} : { owner: userId },
    order: [
      ['createdAt', -1],
      ['_id', -1],
    ],
  };
}
