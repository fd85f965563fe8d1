import type { Types } from 'mongoose';
import type { CatalogVerbs } from '../catalog/index.js';
import { RotatingSecrets } from '../../rotating-secrets.js';
import { describeModule, verbs, type Foundation } from '../module.js';
import type { NotificationVerbs } from '../notification/index.js';
import { deleteSome, ownedDocuments } from '../personal-data.js';
import type { UserVerbs } from '../user/index.js';
import { Receiver } from '../../outbound/receiver.js';
import { Worker } from '../../workers/index.js';
import { happeningOf, WebhookRecorder, type ProductOf } from './webhook-recorder.js';
import { WebhookSender } from './webhook-sender.js';
import type { ReadPayload } from './webhook-payloads.js';
import { collections } from './webhook.collections.js';
import { webhookLoaders } from './webhook.loader.js';
import { webhookModels } from './webhook.model.js';
import { WebhookDeliveryResolver, WebhookResolver } from './webhook.resolver.js';
import { WebhookService } from './webhook.service.js';

export type { ReadPayload } from './webhook-payloads.js';
export type { ProductOf } from './webhook-recorder.js';

export interface WebhookDependencies {
  users: UserVerbs;
  catalog: CatalogVerbs;
  notifications: NotificationVerbs;
  /** The product that some content is about. */
  productOf: ProductOf;
}

export interface WebhookOptions {
  /** Milliseconds that a delivery is kept after it was tried for the last time. */
  retention: number;
  /** Whether receivers may be on private networks, and without TLS. */
  allowPrivate: boolean;
}

const hour = 60 * 60 * 1000;

/** Events for the shop's other programs, as signed HTTP requests. */
export function webhookModule(
  { database, realtime, idempotency, keys, metrics, log }: Foundation,
  { users, catalog, notifications, productOf }: WebhookDependencies,
  { retention, allowPrivate }: WebhookOptions,
) {
  const models = webhookModels(database);
  const loaders = webhookLoaders(models);
  const secrets = new RotatingSecrets(keys, 'webhook');
  const recorder = new WebhookRecorder({ models, merchantOf: catalog.merchantOf, productOf, retention });
  const receiver = new Receiver({ allowPrivate });
  const sender = new WebhookSender({ models, realtime, receiver, secrets, users, notifications, metrics, log });
  const webhooks = new WebhookService({ models, realtime, idempotency, recorder, secrets, allowPrivate });
  realtime.onRecorded(async (change, entries) =>
    recorder.record(
      change,
      entries.map(happeningOf).filter((happening) => happening !== null),
    ),
  );
  const isOwner = (owner: Types.ObjectId, reader: Types.ObjectId | undefined): boolean => reader !== undefined && owner.equals(reader);
  return describeModule({
    name: 'webhook',
    collections,
    resolvers: [new WebhookResolver({ webhooks, models }), new WebhookDeliveryResolver({ webhooks, models }, loaders)],
    nodes: {
      async Webhook(id, context) {
        const webhook = await context.load(loaders.webhookById, id);
        return webhook && isOwner(webhook.owner, context.actorWith('webhooks:manage')?.userId) ? webhook : null;
      },
      async WebhookDelivery(id, context) {
        const delivery = await context.load(loaders.deliveryById, id);
        return delivery && isOwner(delivery.owner, context.actorWith('webhooks:manage')?.userId) ? delivery : null;
      },
    },
    on: {
      published: (change, happening) => recorder.record(change, [happening]),
      contentModerated: (change, { content, visible }) =>
        recorder.record(change, [{ event: 'CONTENT_MODERATED', subject: content, product: content, details: { visible } }]),
      contentHeld: (change, { content, isEdit }) =>
        recorder.record(change, [{ event: 'CONTENT_HELD', subject: content, product: null, details: { isEdit } }]),
    },
    personalData: [
      ownedDocuments({ name: 'webhooks', model: models.webhooks, owner: 'owner', erase: 'DELETE', withheld: ['secrets', 'sealedBy'] }),
      {
        name: 'webhookDeliveries',
        collect: async () => [],
        erase: (step) => deleteSome(models.deliveries, { owner: step.user }, step),
      },
    ],
    workers: [
      sender.worker,
      new Worker({ name: 'webhook keys', interval: hour, log, run: async () => void (await secrets.renew(models.webhooks)) }),
    ],
    verbs: {
      ...verbs(recorder, ['record']),
      /** Says how payloads are read. Until then nothing is sent. */
      readPayloadsBy: (read: ReadPayload) => void (sender.read = read),
    },
  });
}
