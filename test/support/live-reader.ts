/** A client as unreliable as a phone in a train: it reads a subscription, is cut off at random, and resumes. */
import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';

const query = 'subscription ($id: ID!, $after: String) { commentAdded(subjectId: $id, after: $after) { cursor comment { body } } }';

export interface Seen {
  cursor: string;
  body: string;
}

export class LiveReader {
  readonly seen: Seen[] = [];
  cuts = 0;
  private stopped = false;
  private socket: WebSocket | null = null;

  /** @param urlOf where to connect next @param random from 0 to 1 */
  constructor(
    private readonly urlOf: () => string,
    private readonly subjectId: string,
    private readonly random: () => number,
  ) {}

  /** Reads until it has seen so many events, cut off again and again on the way. */
  async readUntil(count: number): Promise<void> {
    while (this.seen.length < count && !this.stopped) {
      const failed = await this.connectOnce(count);
      if (failed) await pause(50 + this.random() * 200);
    }
  }

  stop(): void {
    this.stopped = true;
    this.socket?.terminate();
  }

  /** @returns whether the server was not there, or refused */
  private connectOnce(count: number): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = new WebSocket(`${this.urlOf().replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      this.socket = socket;
      let failed = false;
      const eventsUntilCut = Math.floor(this.random() * 6);
      let received = 0;
      // Some connections are cut before they get an event, the others after a few, so that the reader gets on.
      const cutAt = (['open', 'acknowledged', 'subscribed'] as const)[Math.floor(this.random() * 8)];
      const reach = (step: typeof cutAt): void => void (step === cutAt && setImmediate(() => socket.terminate()));
      socket.on('open', () => {
        socket.send('{"type":"connection_init"}');
        reach('open');
      });
      socket.on('error', () => (failed = true));
      socket.on('close', () => {
        this.cuts++;
        resolve(failed);
      });
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as {
          type: string;
          payload?: { data?: { commentAdded: { cursor: string; comment: { body: string } } } };
        };
        if (message.type === 'connection_ack') {
          reach('acknowledged');
          const after = this.seen.at(-1)?.cursor;
          const subscribe = { id: 'one', type: 'subscribe', payload: { query, variables: { id: this.subjectId, after } } };
          socket.send(JSON.stringify(subscribe), () => reach('subscribed'));
        }
        if (message.type === 'error' || message.type === 'complete') {
          failed = true;
          socket.terminate();
        }
        const event = message.payload?.data?.commentAdded;
        if (message.type !== 'next' || !event) return;
        this.seen.push({ cursor: event.cursor, body: event.comment.body });
        if (this.seen.length >= count || ++received > eventsUntilCut) socket.terminate();
      });
    });
  }
}
