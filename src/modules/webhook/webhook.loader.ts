import type { Types } from 'mongoose';
import type { LoaderDefinition } from '../../relay/context.js';
import { byId } from '../../store/loaders.js';
import type { DeliveryDocument, WebhookDocument, WebhookModels } from './webhook.model.js';

export interface WebhookLoaders {
  webhookById: LoaderDefinition<Types.ObjectId, WebhookDocument>;
  deliveryById: LoaderDefinition<Types.ObjectId, DeliveryDocument>;
}

export function webhookLoaders({ webhooks, deliveries }: WebhookModels): WebhookLoaders {
  return { webhookById: byId<WebhookDocument>(webhooks), deliveryById: byId<DeliveryDocument>(deliveries) };
}
