/** A feature as one value: what it answers, listens to, owns and runs. The composition root lists them all, in order. */
import type { Types } from 'mongoose';
import type { Registry } from 'prom-client';
import type { DataKeys } from '../data-keys.js';
import type { Logger } from '../log.js';
import type { Outbox } from '../mail/index.js';
import type { Change, Realtime } from '../realtime/index.js';
import type { SealedField } from '../resealing.js';
import type { RequestContext } from '../relay/context.js';
import type { ExternalNodeFinder, KeyedNodeFinder, NodeFinder, NodeFinders } from '../relay/node.js';
import type { ClientSession, Database } from '../store/database.js';
import type { IdempotencyKeys } from '../store/idempotency.js';
import type { Worker } from '../workers/index.js';
import type { DomainEventBus, DomainListeners } from './domain-events.js';
import type { Collections, PersonalData } from './personal-data.js';

/** Content of one GraphQL type: who wrote it, how it is moderated, and how it is commented on. */
export interface ContentKind {
  type: string;
  /** @returns null where there is no such content, or nobody wrote it */
  authorOf(session: ClientSession, id: Types.ObjectId): Promise<Types.ObjectId | null>;
  /** The content as a user may see it, by the rules of the door; null where it does not exist for them. */
  seenBy(session: ClientSession, viewer: Types.ObjectId, id: Types.ObjectId): Promise<SeenContent | null>;
  /** Null where it cannot be moderated. */
  moderation: ModeratedKind | null;
  /** Null where it takes no comments. */
  comments: CommentedKind | null;
}

/** Content that a user may see. */
export interface SeenContent {
  /** Null where nobody wrote it. */
  author: Types.ObjectId | null;
  /** Whether it is out of sight of everybody but its author. */
  hidden: boolean;
  /** When it got its present text. */
  revisedAt: Date;
}

export interface ModeratedKind {
  /** The content, hidden or not, as moderators and its author see it; null where it is gone. */
  find(context: RequestContext, id: Types.ObjectId): Promise<object | null>;
  /**
   * Takes it out of sight, or puts it back.
   * @param isRelease whether it was held from the first, so that `release` says that it is there
   * @returns its author, or null where there is no such content
   */
  show(change: Change, id: Types.ObjectId, visible: boolean, isRelease: boolean): Promise<Types.ObjectId | null>;
  /** Tells those concerned of content that was held from the first and comes out now. */
  release(change: Change, id: Types.ObjectId): Promise<void>;
}

export interface CommentedKind {
  /** What a comment contends for with other changes of its subject. */
  keyOf(id: Types.ObjectId): string;
  /** Moves the subject's count of comments. */
  count(session: ClientSession, id: Types.ObjectId, by: number): Promise<void>;
  /** The subject as the viewer may see it; null where there is none. */
  find(context: RequestContext, id: Types.ObjectId): Promise<object | null>;
}

export interface Module {
  name: string;
  /** Instances of its resolver classes. */
  resolvers: object[];
  /** How `node(id)` finds its types. */
  nodes: Readonly<Record<string, NodeFinder>>;
  /** The same for types whose keys are not ids of the store. */
  keyedNodes: Readonly<Record<string, KeyedNodeFinder>>;
  /** How its types are found by what they are called in another system. */
  externalNodes: Readonly<Record<string, ExternalNodeFinder>>;
  /** What it does when something happens elsewhere, in the same transaction. */
  on: DomainListeners;
  /** What it holds on users. */
  personalData: PersonalData[];
  /** What its collections hold on people. */
  collections: Collections;
  /** The kinds of content that it has. */
  content: ContentKind[];
  /** Its sealed texts, which are sealed anew when the keys are changed. */
  sealed: SealedField[];
  workers: Worker[];
}

/** What every feature is given. */
export interface Foundation {
  database: Database;
  realtime: Realtime;
  idempotency: IdempotencyKeys;
  keys: DataKeys;
  mail: Outbox;
  events: DomainEventBus;
  nodes: NodeFinders;
  log: Logger;
  metrics: Registry;
}

/** A module from the parts that it has; the others are empty. */
export function describeModule<Verbs>(parts: Partial<Module> & { name: string; verbs: Verbs }): Module & { verbs: Verbs } {
  return {
    resolvers: [],
    nodes: {},
    keyedNodes: {},
    externalNodes: {},
    on: {},
    personalData: [],
    collections: {},
    content: [],
    sealed: [],
    workers: [],
    ...parts,
  };
}

/** The named methods of a service, so that other features are given these and no more. */
export function verbs<Service extends object, Name extends keyof Service>(service: Service, names: readonly Name[]): Pick<Service, Name> {
  const bound = names.map((name) => [name, (service[name] as (...args: never[]) => unknown).bind(service)]);
  return Object.fromEntries(bound) as Pick<Service, Name>;
}
