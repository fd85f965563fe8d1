/** A program that takes webhooks on a free port of this machine, and checks their signatures. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { until } from './until.js';

// The payload's shape is the event's.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

export interface ReceivedMessage {
  id: string;
  headers: Record<string, string>;
  body: string;
  payload: Json;
}

type Answer = (message: ReceivedMessage, response: ServerResponse) => void;

const accept: Answer = (_message, response) => void response.writeHead(204).end();

export class WebhookReceiver {
  readonly received: ReceivedMessage[] = [];
  answer: Answer = accept;
  private server: Server | null = null;
  private port = 0;

  async start(): Promise<void> {
    this.server = createServer((request, response) => void this.take(request, response));
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hooks`;
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = null;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  /** Waits until so many messages have come, and answers them. */
  async messages(count: number): Promise<ReceivedMessage[]> {
    await until(() => this.received.length >= count);
    return this.received;
  }

  types(): string[] {
    return this.received.map(({ payload }) => payload.type as string);
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const headers = request.headers as Record<string, string>;
    const message = { id: headers['webhook-id']!, headers, body, payload: JSON.parse(body) };
    this.received.push(message);
    this.answer(message, response);
  }
}

/** @throws Error where none of the message's signatures is of the secret */
export function verify(secret: string, { body, headers }: ReceivedMessage): void {
  new Webhook(secret).verify(body, headers);
}
