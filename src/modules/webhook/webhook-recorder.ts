/**
 * Writes what webhooks must tell, in the transaction of what happened: a change that is committed is told, and one that
 * is not is not. Nothing is read but one index where no webhook wants the event.
 */
import { Types } from 'mongoose';
import type { Change, EventEntry } from '../../realtime/index.js';
import type { ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import { audienceOf, type Happening, type WebhookEventName } from './webhook-events.js';
import type { DeliveryDocument, WebhookDocument, WebhookModels } from './webhook.model.js';

/** Where senders are told that there is something to send. */
export const webhookTopic = 'webhooks';

const day = 24 * 60 * 60 * 1000;
/** How long a delivery is tried. */
const retryPeriod = 3 * day;
const maxReceivers = 500;

/** The product that some content is about. */
export type ProductOf = (content: { type: string; id: Types.ObjectId }) => Promise<Types.ObjectId | null>;

interface RecorderDependencies {
  models: WebhookModels;
  merchantOf: (product: Types.ObjectId, session: ClientSession) => Promise<Types.ObjectId | null>;
  productOf: ProductOf;
  /** Milliseconds that a delivery is kept. */
  retention: number;
}

export class WebhookRecorder {
  constructor(private readonly dependencies: RecorderDependencies) {}

  async record(change: Change, happenings: readonly Happening[]): Promise<void> {
    if (happenings.length === 0) return;
    const { webhooks } = this.dependencies.models;
    const wanted = { events: { $in: [...new Set(happenings.map(({ event }) => event))] }, enabled: true };
    if (!(await webhooks.exists(wanted).session(change.session))) return;
    const deliveries: DeliveryDocument[] = [];
    for (const happening of happenings) deliveries.push(...(await this.deliveriesOf(change.session, happening)));
    await insert(this.dependencies.models.deliveries, deliveries, change.session);
    if (deliveries.length > 0) change.announce(webhookTopic);
  }

  /** A test of one webhook, whoever else wants what. */
  async recordPing(change: Change, webhook: WebhookDocument): Promise<DeliveryDocument> {
    const happening: Happening = { event: 'PING', subject: { type: 'Webhook', id: webhook._id }, product: null };
    const sequence = await this.nextSequence(change.session, happening.subject);
    const delivery = this.deliveryFor(webhook, happening, null, sequence);
    await insert(this.dependencies.models.deliveries, delivery, change.session);
    change.announce(webhookTopic);
    return delivery;
  }

  private async deliveriesOf(session: ClientSession, happening: Happening): Promise<DeliveryDocument[]> {
    const product = await this.productOf(happening);
    const merchant = happening.merchant ?? (product && (await this.dependencies.merchantOf(product, session)));
    const receivers = await this.receiversOf(session, happening.event, merchant);
    if (receivers.length === 0) return [];
    const sequence = await this.nextSequence(session, happening.subject);
    return receivers.map((webhook) => this.deliveryFor(webhook, happening, product, sequence));
  }

  private async productOf({ product }: Happening): Promise<Types.ObjectId | null> {
    if (product === null || product instanceof Types.ObjectId) return product;
    return product.type === 'Product' ? product.id : this.dependencies.productOf(product);
  }

  private async receiversOf(session: ClientSession, event: WebhookEventName, merchant: Types.ObjectId | null): Promise<WebhookDocument[]> {
    const audience = audienceOf(event);
    const who = [
      ...(audience === 'MERCHANT' ? [] : [{ scope: 'SHOP' as const }]),
      ...(audience === 'SHOP' || !merchant ? [] : [{ scope: 'MERCHANT' as const, owner: merchant }]),
    ];
    if (who.length === 0) return [];
    return this.dependencies.models.webhooks.find({ events: event, enabled: true, $or: who }).limit(maxReceivers).session(session).lean();
  }

  private async nextSequence(session: ClientSession, { type, id }: Happening['subject']): Promise<number> {
    const counted = await this.dependencies.models.subjects
      .findOneAndUpdate(
        { _id: `${type}:${id.toHexString()}` },
        { $inc: { sequence: 1 }, $set: { at: new Date() } },
        { upsert: true, returnDocument: 'after', session },
      )
      .lean();
    return counted.sequence;
  }

  private deliveryFor(
    { _id: webhook, owner }: WebhookDocument,
    { event, subject, details = {} }: Happening,
    product: Types.ObjectId | null,
    sequence: number,
  ): DeliveryDocument {
    const now = new Date();
    return {
      _id: new Types.ObjectId(),
      webhook,
      owner,
      event,
      subjectType: subject.type,
      subject: subject.id,
      sequence,
      product,
      details,
      status: 'PENDING',
      ...this.timesFrom(now),
      attempts: 0,
      responseStatus: null,
      error: null,
      occurredAt: now,
      completedAt: null,
    };
  }

  /** When a message that is to be sent from now on is due, is given up, and is listed no more. */
  timesFrom(now: Date): Pick<DeliveryDocument, 'dueAt' | 'deadline' | 'expiresAt'> {
    const deadline = new Date(now.getTime() + retryPeriod);
    return { dueAt: now, deadline, expiresAt: new Date(deadline.getTime() + this.dependencies.retention) };
  }
}

/** What an entry of the event log is to webhooks; null for entries that only subscribers are told of. */
export function happeningOf({ topic, type, data }: EventEntry): Happening | null {
  const [kind, id] = topic.split(':') as [string, string | undefined];
  const read = readers[kind];
  return read && id && type !== 'END' ? read(type as WebhookEventName, new Types.ObjectId(id), data) : null;
}

type Reader = (event: WebhookEventName, id: Types.ObjectId, data: EventEntry['data']) => Happening | null;

const reader =
  (type: string, field: string): Reader =>
  (event, product, data) => ({ event, subject: { type, id: data[field] as Types.ObjectId }, product });

/** By the kind of the topic. Answers are written to two topics, and read from their product's. */
const readers: Readonly<Record<string, Reader>> = {
  reviews: reader('Review', 'review'),
  ratings: (event, product) => ({ event, subject: { type: 'Product', id: product }, product }),
  questions: (event, product, data) => (data['answer'] ? reader('Answer', 'answer') : reader('Question', 'question'))(event, product, data),
  comments: (event, _subject, data) => {
    const [type, id] = (data['subject'] as string).split(':') as [string, string];
    return { event, subject: { type: 'Comment', id: data['comment'] as Types.ObjectId }, product: { type, id: new Types.ObjectId(id) } };
  },
};
