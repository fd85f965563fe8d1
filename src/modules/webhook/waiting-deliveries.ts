/** What becomes of the messages that wait for a webhook which is disabled, or no longer receives their events. */
import type { Types } from 'mongoose';
import type { WebhookEventName } from './webhook-events.js';
import type { WebhookDocument, WebhookModels } from './webhook.model.js';

export const disabledError = 'The webhook was disabled.';
export const unwantedError = 'The webhook no longer receives this event.';

/** Whether a webhook receives an event; tests come in any case. */
export function receives({ events }: Pick<WebhookDocument, 'events'>, event: WebhookEventName): boolean {
  return event === 'PING' || events.includes(event);
}

/** What waits is listed as dead from now on, and can be sent again once the webhook is enabled. */
export async function endWaiting({ deliveries }: WebhookModels, webhook: Types.ObjectId): Promise<void> {
  const end = { status: 'DEAD' as const, error: disabledError, completedAt: new Date() };
  await deliveries.updateMany({ webhook, status: 'PENDING' }, { $set: end });
}

/** What waits of other events than the webhook's is listed as skipped from now on, and holds up nothing. */
export async function skipUnwanted({ deliveries }: WebhookModels, { _id: webhook, events }: WebhookDocument): Promise<void> {
  const now = new Date();
  const end = { status: 'SKIPPED' as const, error: unwantedError, completedAt: now };
  const { modifiedCount } = await deliveries.updateMany(
    { webhook, status: 'PENDING', event: { $nin: [...events, 'PING'] } },
    { $set: end },
  );
  if (modifiedCount > 0) await deliveries.updateMany({ webhook, status: 'PENDING', attempts: 0 }, { $set: { dueAt: now } });
}
