/** What one feature tells the others, inside the transaction of what happened. */
import type { Types } from 'mongoose';
import type { Change } from '../realtime/index.js';
import type { Role } from '../relay/context.js';
import type { Impression } from './impression.js';

export interface ContentReference {
  /** The GraphQL type, such as `Review`. */
  type: string;
  id: Types.ObjectId;
}

/** Names content in the store: in cases, events, notifications and what shows images. */
export function contentKey({ type, id }: ContentReference): string {
  return `${type}:${id.toHexString()}`;
}

/** What hides an event when content is hidden; that content went is told all the same. */
export function hiddenWith(eventType: string, content: ContentReference): { content?: string } {
  return eventType.endsWith('_REMOVED') ? {} : { content: contentKey(content) };
}

/** What is told outside, with references to what it is about. */
export interface PublishedEvent {
  event:
    | 'REFERRAL_SENT'
    | 'REFERRAL_BOUGHT'
    | 'SHARE_ADDED'
    | 'SHARE_REMOVED'
    | 'FEEDBACK_RECEIVED'
    | 'FEEDBACK_ANSWERED'
    | 'INVITATION_SENT'
    | 'INVITATION_REMINDED';
  subject: ContentReference;
  product: Types.ObjectId | null;
  /** The merchant whom it concerns, where that is not the product's. */
  merchant?: Types.ObjectId;
}

export interface DomainEvents {
  /** An order was placed, or moved to another status. */
  orderStatusChanged: {
    order: {
      _id: Types.ObjectId;
      buyer: Types.ObjectId;
      merchant: Types.ObjectId;
      items: { product: Types.ObjectId }[];
      status: 'PLACED' | 'PAID' | 'SHIPPED' | 'DELIVERED' | 'CANCELLED';
      placedAt: Date;
    };
    /** What a share's link gave the visitor; only when the order is placed. */
    shareToken: string | null;
    /** An order of the past that another system tells of: nobody is notified. */
    silent: boolean;
  };
  /** What was delivered was refunded, or is no longer in the order. */
  purchasesWithdrawn: { order: Types.ObjectId; buyer: Types.ObjectId; products: readonly Types.ObjectId[] };
  /** A product is in another category, with the tally of its reviews as it is. */
  productMoved: { product: Types.ObjectId; from: Types.ObjectId; to: Types.ObjectId; rating: { count: number; points: number } };
  /** Products were taken out of the shop: only their merchants and administrators see them. */
  productsArchived: { products: readonly Types.ObjectId[] };
  /** A user is about to have another name or say something else of themselves; listeners refuse it by throwing. */
  profileWritten: { user: Types.ObjectId; texts: Readonly<Record<string, string>> };
  /** What was tracked of a user has been deleted, since they agree to it no longer; up to a time where they agreed again. */
  trackingWithdrawn: { user: Types.ObjectId; until: Date | null };
  /** An account proved to have the address of an imported user, who goes: what they wrote and bought is the account's. */
  importedUserClaimed: { imported: Types.ObjectId; account: Types.ObjectId };
  /** The addresses of a user were sealed anew: what is known by their digests under earlier keys has to be known by the current one's. */
  addressesSealedAnew: { addresses: readonly string[] };
  /** Recommended products were in view; which of them is counted for the first time is told back. */
  recommendationsShown: { impressions: readonly Impression[]; onCounted: (fresh: number) => void };
  /** A buyer is about to be asked for reviews; which of the products they have reviewed already is told back. */
  reviewsWanted: { buyer: Types.ObjectId; products: readonly Types.ObjectId[]; onReviewed: (products: readonly Types.ObjectId[]) => void };
  /** A user was banned. */
  accountBanned: { user: Types.ObjectId };
  /** A user has other roles. */
  rolesChanged: { user: Types.ObjectId; roles: readonly Role[] };
  followed: { follower: Types.ObjectId; followee: Types.ObjectId };
  unfollowed: { follower: Types.ObjectId; followee: Types.ObjectId };
  /** A moderator took content out of sight, or put it back. */
  contentModerated: { author: Types.ObjectId; content: ContentReference; visible: boolean };
  /** Content was deleted, or cannot be seen any more since what it belongs to was deleted or hidden. */
  contentGone: { contents: readonly ContentReference[] };
  /** Its author deleted content. */
  contentDeleted: { content: ContentReference };
  /** Something that programs outside are told of, and that is no event of the log. */
  published: PublishedEvent;
  /** Content waits for a moderator before anybody sees it. */
  contentHeld: { author: Types.ObjectId; content: ContentReference; isEdit: boolean };
}

export type DomainListeners = {
  [Name in keyof DomainEvents]?: (change: Change, event: DomainEvents[Name]) => Promise<void>;
};

/** Tells the listeners of an event, one after the other, in the order in which the features are listed. */
export class DomainEventBus {
  private readonly listeners: DomainListeners[] = [];

  add(listeners: DomainListeners): void {
    this.listeners.push(listeners);
  }

  async emit<Name extends keyof DomainEvents>(change: Change, name: Name, event: DomainEvents[Name]): Promise<void> {
    for (const listeners of this.listeners) await listeners[name]?.(change, event);
  }
}
