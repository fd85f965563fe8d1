/** Takes messages of shop systems in: checks who sent them, stores them, and answers; a worker does the rest. */
import { createHash } from 'node:crypto';
import { Types } from 'mongoose';
import type { DataKeys } from '../../data-keys.js';
import type { ListDefinition } from '../../relay/connection.js';
import type { RotatingSecrets } from '../../rotating-secrets.js';
import { insert } from '../../store/documents.js';
import { duplicateKeyFields } from '../../store/database.js';
import { fieldsOf, timeIn } from './fields.js';
import { genericMessage } from './generic.js';
import type { InboxDocument, InboxStatusName, IntegrationDocument, IntegrationModels } from './integration.model.js';
import { usualSources } from './integration.service.js';
import { customerOf, isRemoval, subjectOf, Unreadable, type PlatformName, type Understood } from './records.js';
import { shopifyTopics, shopifyVersion } from './shopify.js';
import { hasBodySignature, hasStandardSignature, headerOf, type Headers } from './signatures.js';
import { wooCommerceTopics, wooCommerceVersion } from './woocommerce.js';

/** What the sender is answered. */
export type Reception = 'TAKEN' | 'NOT_CONFIGURED' | 'WRONG_SIGNATURE' | 'MALFORMED';

/** What a message needs may come later, such as the product of an order; it waits for so long. */
export const retryPeriod = 24 * 60 * 60 * 1000;

export interface SentMessage {
  platform: PlatformName;
  /** As the address says; null for the usual one. */
  source: string | null;
  headers: Headers;
  body: Buffer;
}

interface InboxDependencies {
  models: IntegrationModels;
  keys: DataKeys;
  secrets: RotatingSecrets;
  /** Milliseconds that a message is kept. */
  retention: number;
  /** Has the worker look. */
  wake: () => void;
}

type FirstReading = Pick<InboxDocument, 'subject' | 'customer' | 'removes' | 'status' | 'reason'> & {
  version: Date | null;
  text: string | null;
};

interface Envelope {
  delivery: string;
  topic: string;
}

export class Inbox {
  constructor(private readonly dependencies: InboxDependencies) {}

  /** @returns once the message is stored, or known not to be taken */
  async receive({ platform, source, headers, body }: SentMessage): Promise<Reception> {
    const { models, secrets, wake } = this.dependencies;
    const integration = await models.integrations.findOne({ platform, source: source ?? usualSources[platform] }).lean();
    if (!integration) return 'NOT_CONFIGURED';
    // WooCommerce tries an address, without a signature, before it sends anything.
    if (platform === 'WOOCOMMERCE' && /^webhook_id=\d{1,12}$/.test(body.toString('latin1'))) return 'TAKEN';
    const valid = secrets.valid(integration, new Date());
    if (!valid.some((secret) => isSigned(platform, secret, headers, body))) return 'WRONG_SIGNATURE';
    const envelope = envelopeOf(platform, headers, body);
    if (!envelope) return 'MALFORMED';
    if (await this.store(integration, envelope, headers, body)) wake();
    return 'TAKEN';
  }

  /** Stores a message once, however often it comes. What cannot be read is listed for staff. @returns whether it is new */
  private async store(integration: IntegrationDocument, { delivery, topic }: Envelope, headers: Headers, body: Buffer): Promise<boolean> {
    const { models, keys, retention } = this.dependencies;
    const _id = new Types.ObjectId();
    const now = new Date();
    const { subject, customer, removes, version, status, reason, text } = this.tryToRead(integration, topic, body);
    const message: InboxDocument = {
      ...{ _id, integration: integration._id, source: integration.source, delivery, topic },
      digest: isSaidOnce(integration.platform, topic) ? digestOf(topic, body) : delivery,
      ...{ subject, customer, removes, status, reason },
      version: version ?? triggeredAt(headers, now),
      ...(text !== null && status !== 'IGNORED' && { sealed: keys.seal(text, sealContext(_id)) }),
      attempts: 0,
      dueAt: now,
      deadline: new Date(now.getTime() + retryPeriod),
      receivedAt: now,
      completedAt: status === 'PENDING' ? null : now,
      expiresAt: new Date(now.getTime() + retention),
    };
    try {
      await insert(models.inbox, message);
      return true;
    } catch (error) {
      if (!duplicateKeyFields(error)) throw error;
      return false;
    }
  }

  private tryToRead(integration: IntegrationDocument, topic: string, body: Buffer): FirstReading {
    const nothing = { subject: topic, customer: null, removes: false, version: null, text: null };
    try {
      const text = textOf(body);
      try {
        const understood = readMessage(integration, topic, text);
        if (!understood) return { ...nothing, status: 'IGNORED', reason: 'Messages of this topic are not used.' };
        const { record, version } = understood;
        const about = { subject: subjectOf(record, integration.source), customer: customerOf(record), removes: isRemoval(record) };
        return { ...about, version, text, status: 'PENDING', reason: null };
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        return { ...nothing, text, status: 'REFUSED', reason: error.message };
      }
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return { ...nothing, status: 'REFUSED', reason: error.message };
    }
  }

  /** What a stored message says; null where nothing is left of it. @throws Unreadable */
  readStored(integration: IntegrationDocument, { _id, sealed, topic }: InboxDocument): Understood | null {
    return sealed === undefined ? null : readMessage(integration, topic, this.dependencies.keys.open(sealed, sealContext(_id)));
  }
}

const readers = {
  SHOPIFY: { topics: shopifyTopics, versionOf: shopifyVersion },
  WOOCOMMERCE: { topics: wooCommerceTopics, versionOf: wooCommerceVersion },
} as const;

/** @returns null for topics that are not used @throws Unreadable */
function readMessage(integration: IntegrationDocument, topic: string, text: string): Understood | null {
  const parsed = parsedJson(text);
  if (integration.platform === 'GENERIC') return genericMessage(parsed);
  const { topics, versionOf } = readers[integration.platform];
  if (!Object.hasOwn(topics, topic)) return null;
  const body = fieldsOf(parsed, 'The body');
  // What is back is as it was before it went.
  const version = topic.endsWith('.restored') ? null : versionOf(body);
  return { record: topics[topic]!(body, integration), version };
}

/** @throws Unreadable */
function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new Unreadable('The body is not UTF-8.');
  }
}

/** @throws Unreadable */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Unreadable('The body is not JSON.');
  }
}

function isSigned(platform: PlatformName, secret: string, headers: Headers, body: Buffer): boolean {
  if (platform === 'GENERIC') return hasStandardSignature(secret, body, headers);
  const name = platform === 'SHOPIFY' ? 'x-shopify-hmac-sha256' : 'x-wc-webhook-signature';
  return hasBodySignature(secret, body, headerOf(headers, name));
}

/** @returns null where a header is missing */
function envelopeOf(platform: PlatformName, headers: Headers, body: Buffer): Envelope | null {
  const [id, topicName] = {
    SHOPIFY: ['x-shopify-webhook-id', 'x-shopify-topic'],
    WOOCOMMERCE: ['x-wc-webhook-delivery-id', 'x-wc-webhook-topic'],
    GENERIC: ['webhook-id', null],
  }[platform] as [string, string | null];
  const delivery = headerOf(headers, id);
  const topic = topicName === null ? typeOf(body) : headerOf(headers, topicName);
  return delivery && topic && delivery.length <= 200 && topic.length <= 100 ? { delivery, topic } : null;
}

function typeOf(body: Buffer): string {
  try {
    const { type } = JSON.parse(textOf(body)) as { type?: unknown };
    return typeof type === 'string' && type !== '' ? type.slice(0, 100) : 'unknown';
  } catch {
    return 'unknown';
  }
}

/**
 * Where the signature is of the body alone, whoever saw a message could send it again under another ID. Those of WooCommerce
 * that something was deleted are all alike, so that they may be meant again.
 */
function isSaidOnce(platform: PlatformName, topic: string): boolean {
  return platform === 'SHOPIFY' || (platform === 'WOOCOMMERCE' && !topic.endsWith('.deleted'));
}

function digestOf(topic: string, body: Buffer): string {
  return createHash('sha256').update(`${topic}\n`).update(body).digest('base64url');
}

/** When the platform says that something happened, for messages that do not say it themselves. Nothing is in the future. */
function triggeredAt(headers: Headers, now: Date): Date {
  const text = headerOf(headers, 'x-shopify-triggered-at');
  const time = text === null ? null : timeIn({ text }, 'text');
  return time && time < now ? time : now;
}

interface MessageConditions {
  integration?: Types.ObjectId;
  status?: InboxStatusName | null;
}

/** Messages, the latest first. */
export function messageList({ integration, status }: MessageConditions): ListDefinition {
  return {
    name: `integrationMessages:${integration?.toHexString() ?? ''}:${status ?? ''}`,
    filter: { ...(integration && { integration }), ...(status && { status }) },
    order: [
      ['receivedAt', -1],
      ['_id', -1],
    ],
  };
}

export function sealContext(id: Types.ObjectId): string {
  return `integration message ${id.toHexString()}`;
}
