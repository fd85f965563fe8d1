/** Webhooks: where the shop's other programs want to be told what happens. */
import type { Types } from 'mongoose';
import { broken } from '../../errors.js';
import { InputRules } from '../../input/rules.js';
import { maxAddressLength, webAddress } from '../../input/web-address.js';
import { message } from '../../messages/index.js';
import { leadsInside } from '../../outbound/public-address.js';
import type { Realtime } from '../../realtime/index.js';
import type { ListDefinition } from '../../relay/connection.js';
import type { SignedIn } from '../../relay/context.js';
import { newSecret, type RotatingSecrets } from '../../rotating-secrets.js';
import type { ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import { requireCreated, type IdempotencyKeys } from '../../store/idempotency.js';
import { endWaiting, receives, skipUnwanted } from './waiting-deliveries.js';
import type { WebhookEventName } from './webhook-events.js';
import { webhookTopic, type WebhookRecorder } from './webhook-recorder.js';
import type { DeliveryDocument, DeliveryStatusName, WebhookDocument, WebhookModels } from './webhook.model.js';

const maxWebhooks = 20;

export interface NewWebhook {
  url: string;
  events: WebhookEventName[];
  idempotencyKey?: string | null;
}

export interface WebhookChange {
  url?: string | null;
  events?: WebhookEventName[] | null;
  enabled?: boolean | null;
}

interface WebhookServiceDependencies {
  models: WebhookModels;
  realtime: Realtime;
  idempotency: IdempotencyKeys;
  recorder: WebhookRecorder;
  secrets: RotatingSecrets;
  /** Whether receivers may be on private networks, and without TLS. */
  allowPrivate: boolean;
}

export class WebhookService {
  private readonly models: WebhookModels;

  constructor(private readonly dependencies: WebhookServiceDependencies) {
    this.models = dependencies.models;
  }

  /** @throws RulesBroken */
  async create({ userId: owner, roles }: SignedIn, input: NewWebhook): Promise<{ webhook: WebhookDocument; secret: string }> {
    const { url, events } = this.checked(input);
    const { realtime, idempotency, secrets } = this.dependencies;
    const id = await realtime.recordChange([ownerKey(owner)], async ({ session }) => {
      const request = { user: owner, operation: 'createWebhook', key: input.idempotencyKey, input };
      return idempotency.createOnce(session, request, async (_id) => {
        if ((await this.models.webhooks.countDocuments({ owner }, { limit: maxWebhooks }).session(session)) >= maxWebhooks)
          throw broken('LIMIT_REACHED', message('You can have at most {max} webhooks.', { max: maxWebhooks }), 'url');
        const now = new Date();
        const scope = roles.includes('ADMIN') ? 'SHOP' : 'MERCHANT';
        const state = { enabled: true, disabledReason: null, failingSince: null, pausedUntil: null, createdAt: now, updatedAt: now };
        await insert<WebhookDocument>(
          this.models.webhooks,
          { _id, owner, scope, url, events, ...secrets.next(_id, newSecret()), ...state },
          session,
        );
      });
    });
    const webhook = requireCreated(await this.models.webhooks.findById(id).lean());
    return { webhook, secret: secrets.current(webhook) };
  }

  /** What is left out stays. Enabling a webhook forgets that it failed. @throws RulesBroken */
  async update(owner: Types.ObjectId, id: Types.ObjectId, { enabled, ...given }: WebhookChange): Promise<WebhookDocument> {
    const { url, events } = this.checked(given);
    const change: Partial<WebhookDocument> = {
      ...(url !== undefined && { url, pausedUntil: null }),
      ...(events && { events }),
      ...(enabled === true && { enabled, disabledReason: null, failingSince: null, pausedUntil: null }),
      ...(enabled === false && { enabled, disabledReason: 'BY_OWNER' as const }),
      updatedAt: new Date(),
    };
    const webhook = await this.models.webhooks.findOneAndUpdate({ _id: id, owner }, { $set: change }, { returnDocument: 'after' }).lean();
    if (!webhook) throw broken('NOT_FOUND', 'There is no such webhook.', 'webhookId');
    if (enabled === false) await endWaiting(this.models, id);
    if (events) await skipUnwanted(this.models, webhook);
    this.dependencies.realtime.announcements.announce([webhookTopic]);
    return webhook;
  }

  /** What waits for it is dropped by the sender. @throws RulesBroken NOT_FOUND */
  async delete(owner: Types.ObjectId, id: Types.ObjectId): Promise<void> {
    const { deletedCount } = await this.models.webhooks.deleteOne({ _id: id, owner });
    if (deletedCount === 0) throw broken('NOT_FOUND', 'There is no such webhook.', 'webhookId');
  }

  /** @throws RulesBroken NOT_FOUND */
  async rotateSecret(owner: Types.ObjectId, id: Types.ObjectId): Promise<{ webhook: WebhookDocument; secret: string }> {
    const { realtime, secrets } = this.dependencies;
    return realtime.recordChange([`webhook:${id.toHexString()}`], async ({ session }) => {
      const webhook = await this.requireOwn(owner, id, session);
      const next = { ...secrets.next(id, newSecret(), webhook.secrets), updatedAt: new Date() };
      await this.models.webhooks.updateOne({ _id: id }, { $set: next }, { session });
      const rotated = { ...webhook, ...next };
      return { webhook: rotated, secret: secrets.current(rotated) };
    });
  }

  /** Has a test sent, also to a webhook that is disabled. @throws RulesBroken NOT_FOUND */
  async ping(owner: Types.ObjectId, id: Types.ObjectId): Promise<DeliveryDocument> {
    return this.dependencies.realtime.recordChange([`webhook:${id.toHexString()}`], async (change) =>
      this.dependencies.recorder.recordPing(change, await this.requireOwn(owner, id, change.session)),
    );
  }

  /** Has a message sent again that is over, under the same id. @throws RulesBroken */
  async redeliver(owner: Types.ObjectId, id: Types.ObjectId): Promise<DeliveryDocument> {
    const again = { status: 'PENDING' as const, ...this.dependencies.recorder.timesFrom(new Date()), attempts: 0, completedAt: null };
    const { deliveries, webhooks } = this.models;
    const known = await deliveries.findOne({ _id: id, owner }).lean();
    const webhook = known && (await webhooks.findById(known.webhook, { enabled: 1, events: 1 }).lean());
    if (!known || !webhook) throw broken('NOT_FOUND', 'There is no such delivery.', 'deliveryId');
    if (!webhook.enabled) throw broken('NOT_ALLOWED', 'This webhook is disabled. Enable it first.', 'deliveryId');
    if (!receives(webhook, known.event)) throw broken('NOT_ALLOWED', 'This webhook no longer receives this event.', 'deliveryId');
    const delivery = await deliveries
      .findOneAndUpdate({ _id: id, owner, status: { $ne: 'PENDING' } }, { $set: again }, { returnDocument: 'after' })
      .lean();
    this.dependencies.realtime.announcements.announce([webhookTopic]);
    return delivery ?? known;
  }

  private async requireOwn(owner: Types.ObjectId, id: Types.ObjectId, session: ClientSession): Promise<WebhookDocument> {
    const webhook = await this.models.webhooks.findOne({ _id: id, owner }).session(session).lean();
    if (!webhook) throw broken('NOT_FOUND', 'There is no such webhook.', 'webhookId');
    return webhook;
  }

  /** As they are stored. @throws RulesBroken */
  private checked(given: Pick<NewWebhook, 'url' | 'events'>): Pick<NewWebhook, 'url' | 'events'>;
  private checked(given: Pick<WebhookChange, 'url' | 'events'>): Partial<Pick<NewWebhook, 'url' | 'events'>>;
  private checked({ url, events }: Pick<WebhookChange, 'url' | 'events'>): Partial<Pick<NewWebhook, 'url' | 'events'>> {
    this.check({ url, events });
    const address = typeof url === 'string' ? webAddress(url) : null;
    return { ...(address !== null && { url: address }), ...(events && { events: [...new Set(events)] }) };
  }

  /** @throws RulesBroken with all that is wrong with either */
  check({ url, events }: Pick<WebhookChange, 'url' | 'events'>): void {
    const rules = new InputRules();
    if (typeof url === 'string') this.checkAddress(rules, webAddress(url));
    checkEvents(rules, events).check();
  }

  /** Names are checked when a connection is made; what can be told from the text is told at once. */
  private checkAddress(rules: InputRules, address: string | null): void {
    if (!address) {
      const form = message('This is not an http or https address of at most {max, number} characters.', { max: maxAddressLength });
      rules.require(false, 'INVALID', form, 'url');
      return;
    }
    if (this.dependencies.allowPrivate) return;
    const { protocol, hostname } = new URL(address);
    if (protocol === 'https:') rules.require(!leadsInside(hostname), 'INVALID', 'This address is not on the public Internet.', 'url');
    else rules.require(false, 'INVALID', 'Webhooks need an https address.', 'url');
  }
}

/** @returns the rules, with those that a list of events breaks */
function checkEvents(rules: InputRules, events: readonly WebhookEventName[] | null | undefined): InputRules {
  if (!events) return rules;
  return rules
    .require(events.length > 0, 'REQUIRED', 'Choose at least one event.', 'events')
    .require(!events.includes('PING'), 'INVALID', 'Every webhook receives PING. Choose other events.', 'events');
}

const ownerKey = (owner: Types.ObjectId): string => `webhooks:${owner.toHexString()}`;

export function webhookList(owner: Types.ObjectId): ListDefinition {
  return {
    name: 'webhooks',
    filter: { owner },
    order: [
      ['createdAt', -1],
      ['_id', -1],
    ],
  };
}

interface DeliveryConditions {
  webhook?: Types.ObjectId;
  status?: DeliveryStatusName | null;
}

export function deliveryList(owner: Types.ObjectId, { webhook, status }: DeliveryConditions): ListDefinition {
  return {
    name: `webhookDeliveries:${webhook?.toHexString() ?? ''}:${status ?? ''}`,
    filter: { owner, ...(webhook && { webhook }), ...(status && { status }) },
    order: [
      ['occurredAt', -1],
      ['_id', -1],
    ],
  };
}
