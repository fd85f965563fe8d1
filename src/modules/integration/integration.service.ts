/** Shop systems that may send messages: administrators list them, each with a source and a secret of its own. */
import type { Types } from 'mongoose';
import { broken } from '../../errors.js';
import { InputRules } from '../../input/rules.js';
import { message } from '../../messages/index.js';
import type { Realtime } from '../../realtime/index.js';
import type { ListDefinition } from '../../relay/connection.js';
import type { SignedIn } from '../../relay/context.js';
import { isCurrency } from '../../relay/currency.js';
import { newSecret, type RotatingSecrets } from '../../rotating-secrets.js';
import { insert } from '../../store/documents.js';
import { requireCreated, type IdempotencyKeys } from '../../store/idempotency.js';
import type { UserVerbs } from '../user/index.js';
import type { IntegrationDocument, IntegrationModels } from './integration.model.js';
import type { PlatformName } from './records.js';
import { isStandardSecret } from './signatures.js';

const maxIntegrations = 100;

/** The source of an integration that names none, which its address needs not say. */
export const usualSources: Record<PlatformName, string> = { SHOPIFY: 'shopify', WOOCOMMERCE: 'woocommerce', GENERIC: 'generic' };

export interface NewIntegration {
  platform: PlatformName;
  source?: string | null;
  /** Whose new products are; the creator's where left out. */
  merchant?: Types.ObjectId | null;
  currency?: string | null;
  fulfilledIsDelivered: boolean;
  /** One is made where left out, but for Shopify, which has its own. */
  secret?: string | null;
  idempotencyKey?: string | null;
}

/** An integration, and its secret if it was made here. */
export interface WithSecret {
  integration: IntegrationDocument;
  secret: string | null;
}

interface IntegrationServiceDependencies {
  models: IntegrationModels;
  realtime: Realtime;
  idempotency: IdempotencyKeys;
  users: UserVerbs;
  secrets: RotatingSecrets;
  /** The shop's. */
  currency: string;
  publicUrl: string;
}

export class IntegrationService {
  private readonly models: IntegrationModels;

  constructor(private readonly dependencies: IntegrationServiceDependencies) {
    this.models = dependencies.models;
  }

  /** @throws RulesBroken */
  async create({ userId }: SignedIn, input: NewIntegration): Promise<WithSecret> {
    const { realtime, idempotency, secrets, currency: usualCurrency } = this.dependencies;
    const { platform, currency = usualCurrency, fulfilledIsDelivered } = input;
    const source = input.source ?? usualSources[platform];
    await this.check({ ...input, source });
    const merchant = input.merchant ?? userId;
    const secret = input.secret ?? newSecret();
    const id = await realtime.recordChange(['integrations'], ({ session }) =>
      idempotency.createOnce(session, { user: userId, operation: 'createIntegration', key: input.idempotencyKey, input }, async (_id) => {
        const { integrations } = this.models;
        if (await integrations.exists({ platform, source }).session(session))
          throw broken('ALREADY_EXISTS', 'There is already an integration of this platform and source.', 'source');
        if ((await integrations.countDocuments({}, { limit: maxIntegrations }).session(session)) >= maxIntegrations)
          throw broken('LIMIT_REACHED', message('There can be at most {max} integrations.', { max: maxIntegrations }));
        const now = new Date();
        const settings = { merchant, currency: currency ?? usualCurrency, fulfilledIsDelivered, createdAt: now, updatedAt: now };
        await insert<IntegrationDocument>(integrations, { _id, platform, source, ...settings, ...secrets.next(_id, secret) }, session);
      }),
    );
    const integration = requireCreated(await this.models.integrations.findById(id).lean());
    return { integration, secret: input.secret ? null : secrets.current(integration) };
  }

  /** The earlier secret is taken for another day. @throws RulesBroken */
  async rotateSecret(id: Types.ObjectId, given: string | null | undefined): Promise<WithSecret> {
    const { realtime, secrets } = this.dependencies;
    return realtime.recordChange([`integration:${id.toHexString()}`], async ({ session }) => {
      const integration = await this.models.integrations.findById(id).session(session).lean();
      if (!integration) throw noIntegration();
      const { platform } = integration;
      checkSecret(new InputRules(), platform, given).check();
      const next = { ...secrets.next(id, given ?? newSecret(), integration.secrets), updatedAt: new Date() };
      await this.models.integrations.updateOne({ _id: id }, { $set: next }, { session });
      const rotated = { ...integration, ...next };
      return { integration: rotated, secret: given ? null : secrets.current(rotated) };
    });
  }

  /** What waits is not applied any more; what was applied stays. @throws RulesBroken NOT_FOUND */
  async delete(id: Types.ObjectId): Promise<void> {
    const { deletedCount } = await this.models.integrations.deleteOne({ _id: id });
    if (deletedCount === 0) throw noIntegration();
  }

  /** Where the shop system sends its messages. */
  urlOf({ platform, source }: IntegrationDocument): string {
    const url = new URL(`${this.dependencies.publicUrl}/integrations/${platform.toLowerCase()}`);
    if (source !== usualSources[platform]) url.searchParams.set('source', source);
    return url.href;
  }

  /** @throws RulesBroken with all that is wrong */
  private async check({ platform, source, currency, secret, merchant }: NewIntegration & { source: string }): Promise<void> {
    const isMerchant = !merchant || (await this.dependencies.users.knowsMerchant(merchant));
    integrationRules({ platform, source, currency, secret })
      .require(isMerchant, 'NOT_FOUND', 'There is no such merchant.', 'merchantId')
      .check();
  }
}

const noIntegration = () => broken('NOT_FOUND', 'There is no such integration.', 'integrationId');

/** What is wrong with an integration, but for whether there is such a merchant. */
export function integrationRules({ platform, source, currency, secret }: Omit<NewIntegration, 'fulfilledIsDelivered'>): InputRules {
  const rules = new InputRules().require(
    !currency || isCurrency(currency),
    'INVALID',
    'This is not an ISO 4217 currency code.',
    'currency',
  );
  if (source !== null && source !== undefined) rules.line(source, { min: 1, max: 100 }, 'source');
  return checkSecret(rules, platform, secret);
}

function checkSecret(rules: InputRules, platform: PlatformName, secret: string | null | undefined): InputRules {
  if (!secret) return rules.require(platform !== 'SHOPIFY', 'REQUIRED', 'This must not be empty.', 'secret');
  const hasForm = platform !== 'GENERIC' || isStandardSecret(secret);
  return rules
    .line(secret, { min: 16, max: 200 }, 'secret')
    .require(hasForm, 'INVALID', 'Use whsec_ and at least 24 bytes in Base64.', 'secret');
}

export function integrationList(): ListDefinition {
  return {
    name: 'integrations',
    filter: {},
    order: [
      ['createdAt', -1],
      ['_id', -1],
    ],
  };
}
