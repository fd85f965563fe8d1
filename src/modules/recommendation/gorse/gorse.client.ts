/** Gorse's REST API, as far as it is needed here. Its documentation: https://gorse.io/docs/api/restful-api.html */
import { exchange, type Bounds } from '../../../outbound/exchange.js';

export interface GorseOptions {
  url: string;
  apiKey: string | undefined;
}

export interface GorseItem {
  ItemId: string;
  Categories: string[];
  Labels: string[];
  Timestamp: string;
  IsHidden: boolean;
}

export interface GorseFeedback {
  FeedbackType: string;
  UserId: string;
  ItemId: string;
  Timestamp: string;
}

const bounds: Bounds = { timeout: 2_000, maxBytes: 4 * 1024 * 1024 };

export class GorseClient {
  constructor(private readonly options: GorseOptions) {}

  putUsers(ids: string[]): Promise<unknown> {
    return this.send(
      'POST',
      '/api/users',
      ids.map((UserId) => ({ UserId, Labels: [] })),
    );
  }

  putItems(items: GorseItem[]): Promise<unknown> {
    return this.send('POST', '/api/items', items);
  }

  /** What is there already is replaced, so sending twice is sending once. */
  putFeedback(feedback: GorseFeedback[]): Promise<unknown> {
    return this.send('PUT', '/api/feedback', feedback);
  }

  deleteUser(id: string): Promise<unknown> {
    return this.send('DELETE', `/api/user/${encodeURIComponent(id)}`);
  }

  /** @returns ids of items, the best first */
  async recommend(user: string, count: number): Promise<string[]> {
    return (await this.send('GET', `/api/recommend/${encodeURIComponent(user)}?n=${count}`)) as string[];
  }

  /** @returns ids of items, the most alike first */
  async neighbours(item: string, count: number): Promise<string[]> {
    const scored = (await this.send('GET', `/api/item/${encodeURIComponent(item)}/neighbors/?n=${count}`)) as { Id: string }[] | null;
    return (scored ?? []).map(({ Id }) => Id);
  }

  private async send(method: string, path: string, body?: unknown): Promise<unknown> {
    const { url, apiKey } = this.options;
    const answer = await exchange(new URL(`${url}${path}`), {
      ...bounds,
      method,
      headers: { 'content-type': 'application/json', ...(apiKey && { 'x-api-key': apiKey }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const { status } = answer;
    if (status < 200 || status >= 300) throw new Error(`Gorse answered ${status} to ${method} ${path.split('?')[0]}`);
    return JSON.parse(answer.body.toString());
  }
}
