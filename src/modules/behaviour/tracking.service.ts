/** Collects what people do in the shop, whether or not they are signed in. */
import type { Types } from 'mongoose';
import { InputRules } from '../../input/rules.js';
import { message } from '../../messages/index.js';
import type { Change, Realtime } from '../../realtime/index.js';
import type { ClientSession } from '../../store/database.js';
import { insert, updateEach } from '../../store/documents.js';
import type { CatalogVerbs } from '../catalog/index.js';
import type { DomainEventBus } from '../domain-events.js';
import { isExpired, isOfAnother, tooOld, type Impression } from '../impression.js';
import type { BehaviourEventDocument, BehaviourModels, InteractionDocument, TrackedKind } from './behaviour.model.js';
import { consentKey, ownerOf, type ConsentService, type Subject } from './consent.service.js';
import { interactionUpdate } from './interaction.service.js';

const maxBatch = 100;
const maxDelay = 7 * 24 * 60 * 60 * 1000;
/** How far a client's clock may be ahead. */
export const maxClockSkew = 60_000;
const maxSessionEvents = 100;

/** What events add up to, of each product; what was merely seen adds up to nothing. */
export const counters = { VIEW: 'views', CLICK: 'views', ADD_TO_CART: 'carts', IMPRESSION: null } as const;

export interface TrackedEvent {
  eventId: string;
  kind: TrackedKind;
  /** Null where the client left it out. */
  product: Types.ObjectId | null;
  /** With an impression only. */
  impression: Impression | null;
  occurredAt?: Date | null;
}

type DatedEvent = TrackedEvent & { at: Date };

export interface Tracked {
  acceptedCount: number;
  duplicateCount: number;
  /** Not stored, since whoever did it had not agreed to being tracked. */
  ignoredCount: number;
}

interface TrackingDependencies {
  models: BehaviourModels;
  realtime: Realtime;
  events: DomainEventBus;
  catalog: CatalogVerbs;
  consents: ConsentService;
}

export const visitorIdNeeded = message('An anonymous visitor needs a visitorId of {min} to {max} letters, digits, - or _.', {
  min: 8,
  max: 64,
});

/** Whether it is an id by which an anonymous client may go. */
export function isVisitorId(id: string | null | undefined): id is string {
  return /^[\w-]{8,64}$/.test(id ?? '');
}

export class TrackingService {
  private readonly models: BehaviourModels;

  constructor(private readonly dependencies: TrackingDependencies) {
    this.models = dependencies.models;
  }

  /**
   * Stores what somebody agreed to; events that were sent before count once. Which recommendations were in view is counted
   * in any case, without agreement without saying whose they are.
   * @throws RulesBroken naming the event at fault
   */
  async trackEvents(user: Types.ObjectId | null, visitor: string | null, events: TrackedEvent[]): Promise<Tracked> {
    await this.checkEvents(user, visitor, events);
    const subject = user ? { user } : { visitor: visitor! };
    const dated = events.map((event) => ({ ...event, at: event.occurredAt ?? new Date() }));
    const oldest = new Date(Math.min(...dated.map(({ at }) => at.getTime())));
    const keys = [consentKey(subject), ...keysOf(events.flatMap(({ impression }) => impression ?? []))];
    return this.dependencies.realtime.recordChange(keys, async (change) => {
      const from = await this.dependencies.consents.trackedFrom(subject, oldest, change.session);
      const mayStore = ({ at }: DatedEvent): boolean => from !== null && at.getTime() >= from.getTime() - maxClockSkew;
      const agreed = dated.filter(mayStore);
      const stored = await this.storeAgreed(change, subject, agreed);
      const others = dated.filter((event) => !mayStore(event));
      const shown = others.flatMap(({ impression }) => (impression ? [{ ...impression, user: null }] : []));
      const counted = await this.noteShown(change, shown);
      return {
        acceptedCount: stored + counted,
        duplicateCount: agreed.length - stored + shown.length - counted,
        ignoredCount: others.length - shown.length,
      };
    });
  }

  /** @returns how many are new */
  private async storeAgreed(change: Change, subject: Subject, events: readonly DatedEvent[]): Promise<number> {
    const shown = new Map<string, Impression>();
    const documents = new Map<string, BehaviourEventDocument>();
    for (const { eventId, kind, product, impression, at } of events) {
      const _id = `${ownerOf(subject)}:${eventId}`;
      if (impression) shown.set(_id, impression);
      documents.set(_id, { _id, user: null, visitor: null, ...subject, product: product!, kind, at });
    }
    if (documents.size === 0) return 0;
    const fresh = await this.storeEvents(change.session, 'user' in subject ? subject.user : null, [...documents.values()]);
    await this.noteShown(
      change,
      fresh.flatMap(({ _id }) => shown.get(_id) ?? []),
    );
    return fresh.length;
  }

  /** @returns how many are counted for the first time */
  private async noteShown(change: Change, impressions: readonly Impression[]): Promise<number> {
    let counted = 0;
    const onCounted = (fresh: number): void => void (counted = fresh);
    if (impressions.length > 0) await this.dependencies.events.emit(change, 'recommendationsShown', { impressions, onCounted });
    return counted;
  }

  private async checkEvents(user: Types.ObjectId | null, visitor: string | null, events: TrackedEvent[]): Promise<void> {
    const rules = eventRules(user !== null, visitor, events);
    const batch = events.slice(0, maxBatch);
    const known = await this.dependencies.catalog.knownAmong(batch.flatMap(({ product }) => product ?? []));
    batch.forEach((event, index) => {
      checkImpression(rules, user, event, index);
      const { product, impression } = event;
      const isKnown = !product || known.has(product.toHexString());
      rules.require(isKnown, 'NOT_FOUND', 'There is no such product.', 'events', String(index), impression ? 'impressionId' : 'productId');
    });
    rules.check();
  }

  /** @returns those that are new */
  private async storeEvents(
    session: ClientSession,
    user: Types.ObjectId | null,
    events: BehaviourEventDocument[],
  ): Promise<BehaviourEventDocument[]> {
    const earlier = await this.models.events
      .find(
        { _id: { $in: events.map(({ _id }) => _id) }, visitor: { $in: [...new Set(events.map(({ visitor }) => visitor))] } },
        { _id: 1 },
      )
      .session(session)
      .lean();
    const seen = new Set(earlier.map(({ _id }) => _id));
    const fresh = events.filter(({ _id }) => !seen.has(_id));
    if (fresh.length === 0) return [];
    await insert(this.models.events, fresh, session);
    const updates = fresh.flatMap(({ product, kind, at }) => {
      const counter = counters[kind];
      return user && counter ? [interactionUpdate(user, product, at, { increments: { [counter]: 1 } })] : [];
    });
    await updateEach(this.models.interactions, updates, session);
    return fresh;
  }

  /** What a stranger did lately, by the random id that their client keeps. */
  async sessionOf(visitor: string): Promise<InteractionDocument[]> {
    const events = await this.models.events
      .find({ visitor, kind: { $ne: 'IMPRESSION' } })
      .sort({ at: -1 })
      .limit(maxSessionEvents)
      .lean();
    const byProduct = new Map<string, InteractionDocument>();
    for (const { product, kind, at } of events) {
      const key = product.toHexString();
      const counter = counters[kind];
      if (!counter) continue;
      const interaction = byProduct.get(key) ?? newInteraction(product, at);
      interaction[counter]++;
      byProduct.set(key, interaction);
    }
    return [...byProduct.values()];
  }
}

/** A stranger's: no user's id stands in it. */
function newInteraction(product: Types.ObjectId, lastAt: Date): InteractionDocument {
  return { _id: product, user: product, product, views: 0, carts: 0, purchases: 0, comments: 0, points: null, lastAt };
}

/** What counting impressions contends for. */
function keysOf(impressions: readonly Impression[]): string[] {
  return [...new Set(impressions.map(({ list }) => `impression:${list.toHexString()}`))];
}

/** An event as far as it can be told without looking anything up. */
interface EventForm {
  eventId: string | null;
  kind: TrackedEvent['kind'];
  occurredAt?: Date | null;
  product?: unknown;
  impression?: unknown;
}

/** What is wrong with a batch before anything is looked up. */
export function eventRules(isSignedIn: boolean, visitor: string | null | undefined, events: readonly EventForm[]): InputRules {
  const rules = new InputRules()
    .require(events.length > 0, 'REQUIRED', 'Send at least one event.', 'events')
    .require(events.length <= maxBatch, 'TOO_LONG', message('Send at most {max} events at once.', { max: maxBatch }), 'events');
  if (!isSignedIn) rules.require(isVisitorId(visitor ?? null), 'REQUIRED', visitorIdNeeded, 'visitorId');
  events.slice(0, maxBatch).forEach((event, index) => checkForm(rules, event, 'events', String(index)));
  return rules;
}

function checkForm(rules: InputRules, { eventId, kind, occurredAt, product, impression }: EventForm, ...path: string[]): void {
  rules.line(eventId, { min: 1, max: 64 }, ...path, 'eventId');
  const age = Date.now() - (occurredAt?.getTime() ?? Date.now());
  const lately = message('This must be within the last {days} days.', { days: 7 });
  rules.require(age >= -maxClockSkew && age <= maxDelay, 'OUT_OF_RANGE', lately, ...path, 'occurredAt');
  if (kind === 'IMPRESSION') {
    const needed = 'An IMPRESSION needs the impressionId of the recommendation.';
    rules.require(Boolean(impression), 'REQUIRED', needed, ...path, 'impressionId');
    return;
  }
  rules.require(Boolean(product), 'REQUIRED', 'Give the ID of the product.', ...path, 'productId');
  const forOthers = 'Only an IMPRESSION has an impressionId. Send clicks with recordRecommendationFeedback.';
  rules.require(!impression, 'NOT_ALLOWED', forOthers, ...path, 'impressionId');
}

function checkImpression(rules: InputRules, user: Types.ObjectId | null, { kind, product, impression }: TrackedEvent, index: number): void {
  if (kind !== 'IMPRESSION' || !impression) return;
  const field = ['events', String(index), 'impressionId'];
  rules.require(!isOfAnother(impression, user), 'NOT_FOUND', 'There is no such impression.', ...field);
  rules.require(!isExpired(impression), 'TOO_LATE', tooOld, ...field);
  const isSame = product === null || product.equals(impression.product);
  rules.require(isSame, 'INVALID', 'This is not the recommended product. Leave it out.', 'events', String(index), 'productId');
}
