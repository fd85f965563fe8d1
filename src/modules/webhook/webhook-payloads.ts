/** Makes the body of a message when it is sent, of what anybody may see then. */
import type { Types } from 'mongoose';
import type { Role } from '../../relay/context.js';
import { toGlobalId } from '../../relay/global-id.js';
import { holdsObject, isReadAsOwner, payloadKey, payloadQuery, payloadType, payloadVersion } from './webhook-events.js';
import type { DeliveryDocument } from './webhook.model.js';

/** Who a payload is read as; null for an anonymous visitor. */
export interface PayloadReader {
  userId: Types.ObjectId;
  roles: Role[];
}

/** Reads from the API. */
export type ReadPayload = (
  query: string,
  variables: Record<string, string>,
  reader: PayloadReader | null,
) => Promise<Record<string, unknown>>;

/** The `webhook-id` of a delivery: the same for each attempt. */
export function messageIdOf({ _id }: Pick<DeliveryDocument, '_id'>): string {
  return `msg_${_id.toHexString()}`;
}

/** @returns null for an event about what is out of sight by now */
export async function payloadOf(delivery: DeliveryDocument, owner: PayloadReader, read: ReadPayload): Promise<string | null> {
  const { event, subjectType, subject, product, details, occurredAt, sequence } = delivery;
  const withObject = holdsObject(event, subjectType);
  const id = toGlobalId(subjectType, subject);
  const productId = product && toGlobalId('Product', product);
  const key = payloadKey(subjectType);
  const known: Record<string, unknown> = { ...details, ...(productId && { productId }), [key]: { id } };
  if (withObject || productId) {
    const reader = isReadAsOwner(event) ? owner : null;
    const variables = { ...(withObject && { id }), ...(productId && { productId }) };
    const found = await read(payloadQuery(subjectType, withObject, productId !== null), variables, reader);
    if (withObject && !found['object']) return null;
    if (withObject) known[key] = found['object'];
    if (productId) known['product'] = found['product'];
  }
  return JSON.stringify({
    type: payloadType(event),
    version: payloadVersion,
    timestamp: occurredAt.toISOString(),
    subject: { type: subjectType, id, sequence },
    data: known,
  });
}
