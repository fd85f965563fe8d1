/** Collects what people do in the shop, whether or not they are signed in. */
import type { Types } from 'mongoose';
import { InputRules } from '../../input/rules.js';
import type { ClientSession, Database } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import type { CatalogVerbs } from '../catalog/index.js';
import type { BehaviourEventDocument, BehaviourModels, InteractionDocument, TrackedKind } from './behaviour.model.js';
import type { ConsentService } from './consent.service.js';
import { interactionUpdate } from './interaction.service.js';

const maxBatch = 100;
const maxDelay = 7 * 24 * 60 * 60 * 1000;
/** How far a client's clock may be ahead. */
const maxClockSkew = 60_000;
const maxSessionEvents = 100;

const counters = { VIEW: 'views', CLICK: 'views', ADD_TO_CART: 'carts' } as const;

export interface TrackedEvent {
  eventId: string;
  kind: TrackedKind;
  product: Types.ObjectId;
  occurredAt?: Date | null;
}

export interface Tracked {
  acceptedCount: number;
  duplicateCount: number;
  /** Not stored, since whoever did it has not agreed to being tracked. */
  ignoredCount: number;
}

interface TrackingDependencies {
  models: BehaviourModels;
  database: Database;
  catalog: CatalogVerbs;
  consents: ConsentService;
}

/** Whether it is an id by which an anonymous client may go. */
export function isVisitorId(id: string | null | undefined): id is string {
  return /^[\w-]{8,64}$/.test(id ?? '');
}

export class TrackingService {
  private readonly models: BehaviourModels;

  constructor(private readonly dependencies: TrackingDependencies) {
    this.models = dependencies.models;
  }

  /** Stores a batch of whoever agreed to it; events that were sent before count once. @throws RulesBroken naming the event at fault */
  async trackEvents(user: Types.ObjectId | null, visitor: string | null, events: TrackedEvent[]): Promise<Tracked> {
    await this.checkEvents(user, visitor, events);
    const { tracking } = await this.dependencies.consents.choicesOf(user ? { user } : { visitor: visitor! });
    if (!tracking) return { acceptedCount: 0, duplicateCount: 0, ignoredCount: events.length };
    const owner = user?.toHexString() ?? `visitor:${visitor}`;
    const documents = new Map<string, BehaviourEventDocument>();
    for (const { eventId, kind, product, occurredAt } of events) {
      const _id = `${owner}:${eventId}`;
      documents.set(_id, { _id, user, visitor: user ? null : visitor, product, kind, at: occurredAt ?? new Date() });
    }
    const acceptedCount = await this.dependencies.database.inTransaction([`tracked:${owner}`], (session) =>
      this.storeEvents(session, user, [...documents.values()]),
    );
    return { acceptedCount, duplicateCount: events.length - acceptedCount, ignoredCount: 0 };
  }

  private async checkEvents(user: Types.ObjectId | null, visitor: string | null, events: TrackedEvent[]): Promise<void> {
    const rules = new InputRules()
      .require(events.length > 0, 'REQUIRED', 'Send at least one event.', 'events')
      .require(events.length <= maxBatch, 'TOO_LONG', `Send at most ${maxBatch} events at once.`, 'events');
    if (!user)
      rules.require(isVisitorId(visitor), 'REQUIRED', 'A stranger needs a visitorId of 8 to 64 letters, digits, - or _.', 'visitorId');
    const batch = events.slice(0, maxBatch);
    const now = Date.now();
    batch.forEach(({ eventId, occurredAt }, index) => {
      rules.line(eventId, { least: 1, most: 64 }, 'events', String(index), 'eventId');
      if (occurredAt)
        rules.require(
          occurredAt.getTime() <= now + maxClockSkew && occurredAt.getTime() >= now - maxDelay,
          'OUT_OF_RANGE',
          'This must lie within the last 7 days.',
          'events',
          String(index),
          'occurredAt',
        );
    });
    const known = await this.dependencies.catalog.knownAmong(batch.map(({ product }) => product));
    batch.forEach(({ product }, index) =>
      rules.require(known.has(product.toHexString()), 'NOT_FOUND', 'There is no such product.', 'events', String(index), 'productId'),
    );
    rules.check();
  }

  private async storeEvents(session: ClientSession, user: Types.ObjectId | null, events: BehaviourEventDocument[]): Promise<number> {
    const earlier = await this.models.events
      .find(
        { _id: { $in: events.map(({ _id }) => _id) }, visitor: { $in: [...new Set(events.map(({ visitor }) => visitor))] } },
        { _id: 1 },
      )
      .session(session)
      .lean();
    const seen = new Set(earlier.map(({ _id }) => _id));
    const fresh = events.filter(({ _id }) => !seen.has(_id));
    if (fresh.length === 0) return 0;
    await insert(this.models.events, fresh, session);
    if (user)
      await this.models.interactions.bulkWrite(
        fresh.map(({ product, kind, at }) => interactionUpdate(user, product, at, { increments: { [counters[kind]]: 1 } })),
        { session },
      );
    return fresh.length;
  }

  /** What a stranger did lately, by the random id that their client keeps. */
  async sessionOf(visitor: string): Promise<InteractionDocument[]> {
    const events = await this.models.events.find({ visitor }).sort({ at: -1 }).limit(maxSessionEvents).lean();
    const byProduct = new Map<string, InteractionDocument>();
    for (const { product, kind, at } of events) {
      const key = product.toHexString();
      const interaction = byProduct.get(key) ?? newInteraction(product, at);
      interaction[counters[kind]]++;
      byProduct.set(key, interaction);
    }
    return [...byProduct.values()];
  }
}

/** A stranger's: no user's id stands in it. */
function newInteraction(product: Types.ObjectId, lastAt: Date): InteractionDocument {
  return { _id: product, user: product, product, views: 0, carts: 0, purchases: 0, comments: 0, points: null, lastAt };
}
