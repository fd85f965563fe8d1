/** What becomes of the messages that wait for a webhook which is disabled. */
import type { Types } from 'mongoose';
import type { WebhookModels } from './webhook.model.js';

export const disabledError = 'The webhook was disabled.';

/** What waits is listed as dead from now on, and can be sent again once the webhook is enabled. */
export async function endWaiting({ deliveries }: WebhookModels, webhook: Types.ObjectId): Promise<void> {
  const end = { status: 'DEAD' as const, error: disabledError, completedAt: new Date() };
  await deliveries.updateMany({ webhook, status: 'PENDING' }, { $set: end });
}
