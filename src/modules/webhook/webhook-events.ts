/** The events that webhooks tell: their names, what each is about, and what of the API its payload holds. */
import type { Types } from 'mongoose';

export const webhookEventNames = [
  'REVIEW_ADDED',
  'REVIEW_EDITED',
  'REVIEW_REMOVED',
  'REVIEW_RESTORED',
  'RATING_CHANGED',
  'QUESTION_ASKED',
  'QUESTION_EDITED',
  'QUESTION_REMOVED',
  'QUESTION_RESTORED',
  'ANSWER_ADDED',
  'ANSWER_EDITED',
  'ANSWER_REMOVED',
  'ANSWER_RESTORED',
  'COMMENT_ADDED',
  'COMMENT_EDITED',
  'COMMENT_REMOVED',
  'COMMENT_RESTORED',
  'CONTENT_HELD',
  'CONTENT_MODERATED',
  'REFERRAL_SENT',
  'REFERRAL_BOUGHT',
  'SHARE_ADDED',
  'SHARE_REMOVED',
  'FEEDBACK_RECEIVED',
  'FEEDBACK_ANSWERED',
  'INVITATION_SENT',
  'INVITATION_REMINDED',
  'PING',
] as const;

export type WebhookEventName = (typeof webhookEventNames)[number];

/** The form of payloads. It changes only where a field goes or means something else. */
export const payloadVersion = 1;

/** Something that happened, with references to what it is about. */
export interface Happening {
  event: WebhookEventName;
  /** What it is about. Its events arrive in order. */
  subject: { type: string; id: Types.ObjectId };
  /** The product that it belongs to, or content by which the product is found; null where there is none. */
  product: Types.ObjectId | { type: string; id: Types.ObjectId } | null;
  /** The merchant whom it concerns, where that is not the product's. */
  merchant?: Types.ObjectId;
  /** What the payload says beside the object. */
  details?: Record<string, string | boolean>;
}

/** Who receives an event beside the merchant whom it concerns. */
export type Audience = 'SHOP_AND_MERCHANT' | 'SHOP' | 'MERCHANT';

export function audienceOf(event: WebhookEventName): Audience {
  if (event === 'CONTENT_HELD') return 'SHOP';
  // What a buyer tells a merchant is between the two of them.
  return event === 'FEEDBACK_RECEIVED' || event === 'FEEDBACK_ANSWERED' ? 'MERCHANT' : 'SHOP_AND_MERCHANT';
}

/** What only those see whom it concerns is read as the webhook's owner, and everything else as anybody sees it. */
export function isReadAsOwner(event: WebhookEventName): boolean {
  return audienceOf(event) === 'MERCHANT' || event.startsWith('INVITATION_');
}

/** The name in payloads, in the form that the Standard Webhooks specification asks for: `review.added`. */
export function payloadType(event: WebhookEventName): string {
  return event.toLowerCase().replace('_', '.');
}

const person = 'author { id handle name }';
const objects: Readonly<Record<string, string>> = {
  Review: `title body overall ratings { quality price service } verifiedPurchase incentivised helpfulCount unhelpfulCount createdAt editedAt response { body } imageUrls images { url altText } ${person}`,
  Question: `body createdAt answerCount ${person}`,
  Answer: `body createdAt editedAt accepted byMerchant byVerifiedBuyer helpfulCount unhelpfulCount question { id body } ${person}`,
  Comment: `body createdAt editedAt parent { id } subject { __typename ... on Node { id } } ${person}`,
  Product: 'rating { mean weightedMean composite reviewCount distribution { stars count } }',
  ReviewInvitation: 'status sentAt remindedAt expiresAt url',
  MerchantFeedback: 'kind body answer answeredAt createdAt sender { id handle name } product { id }',
};

/** The key of each kind of object in a payload's `data`. */
const keys: Readonly<Record<string, string>> = { Product: 'rating', MerchantFeedback: 'feedback', ReviewInvitation: 'invitation' };

export function payloadKey(type: string): string {
  return keys[type] ?? type[0]!.toLowerCase() + type.slice(1);
}

/** Whether the payload holds the object as it is now, and not only its ID: then an event about what cannot be seen is not sent. */
export function holdsObject(event: WebhookEventName, type: string): boolean {
  return type in objects && !event.endsWith('_REMOVED') && event !== 'CONTENT_HELD' && event !== 'CONTENT_MODERATED';
}

const product = 'product: node(id: $productId) { ... on Product { id slug title externalId source sku gtin mpn brand } }';

/** The operation that reads what a payload holds. Its variables are `id` and `productId`. */
export function payloadQuery(type: string, withObject: boolean, withProduct: boolean): string {
  const object = `object: node(id: $id) { ... on ${type} { id ${objects[type] ?? ''} } }`;
  const variables = [...(withObject ? ['$id: ID!'] : []), ...(withProduct ? ['$productId: ID!'] : [])];
  return `query WebhookPayload(${variables.join(', ')}) { ${withObject ? object : ''} ${withProduct ? product : ''} }`;
}
