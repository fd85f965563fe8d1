/** A shop’s side of the API: one session, one `fetch`, live events, and tracking. */
import { LiveClient, type LiveOptions } from './live.js';
import { Session, type SessionOptions } from './session.js';
import { Tracker, type TrackerOptions } from './tracking.js';

export { LiveClient, type LiveOptions, type LiveStatus, type Sink, type TransportName } from './live.js';
export { RequestFailed, Session, type Credentials, type SessionAnswer, type SessionOptions } from './session.js';
export type { SubscriptionPayload, SubscriptionResult } from './resume.js';
export type { SessionMode, Tokens } from './tokens.js';
export { Tracker, type TrackerOptions } from './tracking.js';
export type { GraphqlError } from './transports.js';

export interface PlazaOptions
  extends SessionOptions, Omit<LiveOptions, 'url' | 'session'>, Omit<TrackerOptions, 'url' | 'session' | 'enabled'> {
  /** Whether the visitor agreed to being tracked. Defaults to false. */
  tracking?: boolean;
}

export interface PlazaClient {
  /** Address of `/graphql`. */
  url: string;
  session: Session;
  live: LiveClient;
  tracker: Tracker;
  close(): void;
}

/** @throws TypeError for an address that is none */
export function createPlazaClient({ tracking = false, ...options }: PlazaOptions): PlazaClient {
  const session = new Session(options);
  const live = new LiveClient({ ...options, session });
  const tracker = new Tracker({ ...options, session, enabled: tracking });
  return {
    url: options.url,
    session,
    live,
    tracker,
    close() {
      live.dispose();
      tracker.close();
      session.close();
    },
  };
}
