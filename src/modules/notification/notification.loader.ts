import type { Types } from 'mongoose';
import type { LoaderDefinition } from '../../relay/context.js';
import { byId } from '../../store/loaders.js';
import type { NotificationDocument, NotificationModels } from './notification.model.js';

export interface NotificationLoaders {
  notificationById: LoaderDefinition<Types.ObjectId, NotificationDocument>;
}

export function notificationLoaders({ notifications }: NotificationModels): NotificationLoaders {
  return { notificationById: byId<NotificationDocument>(notifications) };
}
