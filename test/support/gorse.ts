/** A stand-in for Gorse: it keeps what it is sent, and answers in Gorse's form what a test tells it to. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class GorseStandIn {
  readonly users = new Set<string>();
  readonly items = new Map<string, { IsHidden: boolean; Labels: string[] }>();
  readonly feedback = new Map<string, string>();
  readonly requests: string[] = [];
  recommendations: string[] = [];
  neighbours: string[] = [];
  broken = false;
  private server!: Server;

  async start(): Promise<string> {
    this.server = createServer((request, response) => {
      void this.answer(request).then((body) => {
        response.statusCode = this.broken ? 500 : 200;
        response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
  }

  private async answer(request: IncomingMessage): Promise<unknown> {
    const path = new URL(request.url!, 'http://gorse').pathname;
    this.requests.push(`${request.method} ${path}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (this.broken) return {};
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : null;
    if (path === '/api/users') for (const { UserId } of body) this.users.add(UserId);
    if (path === '/api/items') for (const { ItemId, ...item } of body) this.items.set(ItemId, item);
    if (path === '/api/feedback')
      for (const { FeedbackType, UserId, ItemId, Timestamp } of body) this.feedback.set(`${FeedbackType} ${UserId} ${ItemId}`, Timestamp);
    if (request.method === 'DELETE') this.forget(path.split('/').at(-1)!);
    if (path.startsWith('/api/recommend/')) return this.recommendations;
    if (path.endsWith('/neighbors/')) return this.neighbours.map((Id, at) => ({ Id, Score: 1 / (1 + at) }));
    return { RowAffected: body?.length ?? 1 };
  }

  private forget(user: string): void {
    this.users.delete(user);
    for (const key of this.feedback.keys()) if (key.includes(user)) this.feedback.delete(key);
  }
}
