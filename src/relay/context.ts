/** What every resolver is given: who asks, and this request's loaders. */
import DataLoader from 'dataloader';
import type { Types } from 'mongoose';
import { RequestError } from '../errors.js';
import type { RequestFacts } from '../log.js';
import { languageOf, type Language } from '../messages/index.js';
import type { Role } from './role.js';
import type { Scope } from './scopes.js';

export type { Role } from './role.js';

/** A machine account: what it is called, and what it may do. */
export interface ApiKeyIdentity {
  id: Types.ObjectId;
  prefix: string;
  scopes: readonly Scope[];
}

/** Who acts: a person who signed in, or an API key in the name of its owner. */
export interface SignedIn {
  userId: Types.ObjectId;
  /** Random, and known to its owner alone. */
  sessionId: string;
  roles: Role[];
  /** When the access token ends. */
  expiresAt: Date;
  /** The API key that acts; undefined for people. */
  key?: ApiKeyIdentity;
}

/** Whether somebody runs what a merchant sells: the merchant does while they are one, and so does every administrator. */
export function sells({ userId, roles }: SignedIn, merchant: Types.ObjectId): boolean {
  return roles.includes('ADMIN') || (roles.includes('MERCHANT') && merchant.equals(userId));
}

/** Who asks. On an open connection that may change: roles come and go, and the access token ends. */
export interface Identity {
  readonly signedIn: SignedIn | null;
  /** Whether the access token has ended since; the session goes on. */
  readonly expired?: boolean;
  /** Ends when it is known who asks now; null where that is known already. */
  settled?(): Promise<void> | null;
}

export interface LoaderDefinition<Key, Value> {
  batch(keys: readonly Key[]): Promise<(Value | null)[]>;
  cacheKey(key: Key): string;
}

/** The streams that a subscription may resume. */
export interface Streams {
  /** @throws RequestError CURSOR_EXPIRED where events after the sequence are no longer kept */
  requireRetained(topic: string, sequence: number): Promise<void>;
  /** The cursors of the latest events of topics. */
  latestCursors: LoaderDefinition<string, string>;
  /** Whether the viewer of a request may see an object. */
  shows(type: string, id: Types.ObjectId, context: RequestContext): Promise<boolean>;
}

/** Keeps a refresh token in the browser, where no script can read it. */
export interface TokenCookie {
  read(): string | null;
  write(token: string, expiresAt: Date): void;
  clear(): void;
}

export class RequestContext {
  private cancelled: RequestError | null = null;
  /** What the log says about this request. */
  facts: RequestFacts = {};
  /** What the client says it is. */
  userAgent: string | null = null;
  /** The languages that the viewer reads, as an `Accept-Language` header. */
  acceptLanguage: string | undefined = undefined;
  /** The caller's trace, as a `traceparent` header. */
  traceparent: string | undefined = undefined;
  /** Where refresh tokens go instead of into answers; null where the server or the transport has no cookies. */
  refreshCookie: TokenCookie | null = null;
  /** Whether anything so far depended on who asks. */
  askedWho = false;
  /** Whether anything so far depended on whom the viewer does not see, and so was the same for all who see everybody. */
  askedWhomTheySee = false;
  /** Whether anything so far depended on the languages that the viewer reads. */
  askedLanguage = false;
  /** Made when something is loaded: the context of a subscription, of which there are many, loads nothing itself. */
  private loaders: Map<unknown, DataLoader<unknown, unknown, string>> | null = null;

  /** @param resumeAfter the cursor that a transport's own means of resuming names */
  constructor(
    private readonly identity: Identity,
    readonly address: string,
    private readonly streams: Streams,
    readonly resumeAfter?: string,
  ) {}

  /** @throws RequestError CURSOR_EXPIRED where events after the sequence are no longer kept */
  requireRetained(topic: string, sequence: number): Promise<void> {
    return this.streams.requireRetained(topic, sequence);
  }

  /** Where a topic stands now, to subscribe after. Ask before reading the list that the topic is about: then nothing is missed. */
  latestCursor(topic: string): Promise<string | null> {
    return this.load(this.streams.latestCursors, topic);
  }

  /** Whether the viewer may see an object now, whatever was loaded before. It does not make the answer the viewer's own. */
  shows(type: string, id: Types.ObjectId): Promise<boolean> {
    const context = this.fresh();
    return this.streams.shows(type, id, context);
  }

  /** The person who signed in. An API key is nobody: it reads what anonymous visitors read, and more by its scopes. */
  get signedIn(): SignedIn | null {
    this.askedWho = true;
    const { signedIn } = this.identity;
    return signedIn?.key ? null : signedIn;
  }

  /** The API key that the request was made with. */
  get apiKey(): ApiKeyIdentity | null {
    this.askedWho = true;
    return this.identity.signedIn?.key ?? null;
  }

  /** The person who signed in, or the API key where it has one of the scopes. */
  actorWith(...scopes: readonly Scope[]): SignedIn | null {
    this.askedWho = true;
    const { signedIn } = this.identity;
    return !signedIn?.key || signedIn.key.scopes.some((scope) => scopes.includes(scope)) ? signedIn : null;
  }

  /** The same, for what depends on who asks only where they have blocked somebody or are blocked. */
  get viewerWithBlocks(): SignedIn | null {
    this.askedWhomTheySee = true;
    const { signedIn } = this.identity;
    return signedIn?.key ? null : signedIn;
  }

  /** The language of messages for the viewer. */
  get language(): Language {
    this.askedWho = true;
    this.askedLanguage = true;
    return languageOf(this.acceptLanguage);
  }

  /** Whether the access token has ended since the connection was opened. */
  get expired(): boolean {
    return this.identity.expired ?? false;
  }

  /** Ends when it is known who asks now: what happened after a change of roles is answered with the new ones. Null where it is known. */
  identitySettled(): Promise<void> | null {
    return this.identity.settled?.() ?? null;
  }

  /** Makes everything that this request has not begun yet fail with an error. */
  cancel(error: RequestError): void {
    this.cancelled = error;
  }

  /** @throws RequestError where the request was cancelled. */
  requireActive(): void {
    if (this.cancelled) throw this.cancelled;
  }

  /** Who acts in a field that was authorised, which may be an API key. @throws RequestError UNAUTHENTICATED for a stranger. */
  requireSignedIn(): SignedIn {
    this.askedWho = true;
    const { signedIn } = this.identity;
    if (!signedIn) throw new RequestError('UNAUTHENTICATED', 'Sign in first.');
    return signedIn;
  }

  /** Loads through this request's batch for the definition. */
  load<Key, Value>(definition: LoaderDefinition<Key, Value>, key: Key): Promise<Value | null> {
    this.requireActive();
    const loaders = (this.loaders ??= new Map<unknown, DataLoader<unknown, unknown, string>>());
    let loader = loaders.get(definition);
    if (!loader) {
      loader = new DataLoader<unknown, unknown, string>((keys) => definition.batch(keys as readonly Key[]), {
        cacheKeyFn: (item) => definition.cacheKey(item as Key),
        maxBatchSize: 1000,
      });
      loaders.set(definition, loader);
    }
    return loader.load(key) as Promise<Value | null>;
  }

  /** Has everything that was loaded so far loaded anew when it is asked for again. */
  forgetLoaded(): void {
    this.loaders?.clear();
  }

  async require<Key, Value>(definition: LoaderDefinition<Key, Value>, key: Key): Promise<Value> {
    const value = await this.load(definition, key);
    if (value === null) throw new RequestError('NOT_FOUND', 'This no longer exists.');
    return value;
  }

  /** The same viewer with empty loaders, for the next event of a subscription. */
  fresh(): RequestContext {
    const { facts, userAgent, acceptLanguage, traceparent } = this;
    return Object.assign(new RequestContext(this.identity, this.address, this.streams, this.resumeAfter), {
      facts,
      userAgent,
      acceptLanguage,
      traceparent,
    });
  }
}

/** A context of nobody in particular, which notices when an answer depends on who asks. */
export class SharedContext extends RequestContext {
  constructor() {
    super({ signedIn: null }, '', noStreams);
  }
}

const notHere = () => Promise.reject(new Error('nothing is subscribed to here'));

/** For contexts in which nobody subscribes. */
export const noStreams: Streams = {
  requireRetained: notHere,
  latestCursors: { cacheKey: (topic) => topic, batch: notHere },
  shows: notHere,
};
