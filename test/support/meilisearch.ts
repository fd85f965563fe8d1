/**
 * A stand-in for Meilisearch on a real socket: the routes that Plaza uses, answered as its reference documents them
 * (https://www.meilisearch.com/docs/reference/api), by looking at each document in memory. Like Meilisearch, it does
 * what it is told later, in order, refuses fields that the settings do not name, compares what it filters by without
 * case, accents and spaces around it, and ends pages and facets where the settings say.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

type Value = string | number | boolean | null;
type Stored = Record<string, Value | Value[]>;
interface Settings {
  searchableAttributes: string[];
  displayedAttributes: string[];
  filterableAttributes: string[];
  sortableAttributes: string[];
  rankingRules: string[];
  faceting: { maxValuesPerFacet: number };
  pagination: { maxTotalHits: number };
  typoTolerance: { minWordSizeForTypos: { oneTypo: number } };
}
interface Index {
  documents: Map<string, Stored>;
  settings: Settings | null;
}
interface Query {
  indexUid: string;
  q: string;
  filter: string[];
  sort?: string[];
  facets?: string[];
  offset?: number;
  limit?: number;
  hitsPerPage?: number;
  attributesToRetrieve?: string[];
}

class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}

export class MeilisearchStandIn {
  readonly indexes = new Map<string, Index>();
  readonly requests: string[] = [];
  /** Whether it takes searches and never answers, or begins to and never ends. */
  hangs: 'BEFORE' | 'WITHIN' | null = null;
  /** So many more products meet each search, after those that it has. */
  furtherHits = 0;
  private readonly tasks: { status: string; error: { code: string } | null; polls: number; work: () => void }[] = [];
  private server!: Server;
  private port = 0;

  constructor(private readonly apiKey: string) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Also after `stop`, at the same place with the same data. */
  async start(): Promise<void> {
    this.server = createServer((request, response) => {
      void this.answer(request).then(([status, body]) => {
        if (this.hangs && request.url === '/multi-search') {
          if (this.hangs === 'WITHIN') response.writeHead(status, { 'content-type': 'application/json' }).write('{');
        } else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get products(): Map<string, Stored> {
    return this.indexes.get('plaza_products')?.documents ?? new Map();
  }

  private async answer(request: IncomingMessage): Promise<[number, unknown]> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname } = new URL(request.url!, this.url);
    this.requests.push(`${request.method} ${pathname}`);
    try {
      if (request.headers.authorization !== `Bearer ${this.apiKey}`) throw new Refused(403, 'invalid_api_key');
      return this.route(`${request.method} ${pathname}`, chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : null);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return [error.status, { message: `Refused: ${error.code}`, code: error.code, type: 'invalid_request', link: '' }];
    }
  }

  private route(call: string, body: unknown): [number, unknown] {
    const [, name = '', rest = ''] = /^\w+ \/indexes\/(\w+)\/(.*)$/.exec(call) ?? [];
    const method = call.split(' ')[0]!;
    if (call === 'POST /multi-search') return [200, { results: (body as { queries: Query[] }).queries.map((query) => this.search(query)) }];
    if (call.startsWith('GET /tasks/')) return [200, this.poll(Number(call.split('/').at(-1)))];
    if (method === 'GET' && rest.startsWith('documents/')) return [200, this.document(name, rest.split('/')[1]!)];
    if (method === 'PATCH' && rest === 'settings') return this.later(() => (this.made(name).settings = body as Settings));
    if (method === 'POST' && rest === 'documents') return this.later(() => this.put(name, body as Stored[]));
    if (method === 'POST' && rest === 'documents/delete-batch')
      return this.later(() => (body as string[]).forEach((id) => this.known(name).documents.delete(id)));
    if (method === 'DELETE' && rest === 'documents') return this.later(() => this.known(name).documents.clear());
    throw new Refused(404, 'not_found');
  }

  private made(name: string): Index {
    if (!this.indexes.has(name)) this.indexes.set(name, { documents: new Map(), settings: null });
    return this.indexes.get(name)!;
  }

  private known(name: string): Index {
    const index = this.indexes.get(name);
    if (!index) throw new Refused(404, 'index_not_found');
    return index;
  }

  private put(name: string, documents: Stored[]): void {
    for (const document of documents) this.made(name).documents.set(String(document['id']), document);
  }

  private document(name: string, id: string): Stored {
    const found = this.known(name).documents.get(id);
    if (!found) throw new Refused(404, 'document_not_found');
    return found;
  }

  private later(work: () => void): [number, unknown] {
    this.tasks.push({ status: 'enqueued', error: null, polls: 0, work });
    return [202, { taskUid: this.tasks.length - 1, indexUid: '', status: 'enqueued', type: '', enqueuedAt: '' }];
  }

  /** Is seen enqueued once, and done afterwards with all that was told before. */
  private poll(uid: number): unknown {
    const polled = this.tasks[uid]!;
    if (polled.polls++ > 0)
      for (const task of this.tasks.slice(0, uid + 1).filter(({ status }) => status === 'enqueued')) {
        try {
          task.work();
          task.status = 'succeeded';
        } catch (error) {
          Object.assign(task, { status: 'failed', error: { code: (error as Refused).code } });
        }
      }
    return { uid, status: polled.status, error: polled.error };
  }

  private search(query: Query): unknown {
    const { documents, settings } = this.known(query.indexUid);
    if (!settings) throw new Refused(400, 'invalid_search_filter');
    const { filterableAttributes, sortableAttributes, pagination, rankingRules } = settings;
    const tests = query.filter.flatMap((filter) => filter.split(' AND ')).map((condition) => testOf(condition, filterableAttributes));
    const found = [...documents.values()]
      .filter((document) => tests.every((test) => test(document)))
      .flatMap((document) => {
        const rank = rankOf(document, query.q, settings);
        return rank === null ? [] : [{ document, rank }];
      });
    for (const sort of query.sort ?? [])
      if (!sortableAttributes.includes(sort.split(':')[0]!)) throw new Refused(400, 'invalid_search_sort');
    const rules = rankingRules.flatMap((rule) =>
      rule === 'sort' ? (query.sort ?? []) : rule === 'attribute' || rule.includes(':') ? [rule] : [],
    );
    found.sort((one, other) => rules.map((rule) => comparison(rule, one, other)).find((order) => order !== 0) ?? 0);
    const reachable = found.slice(0, pagination.maxTotalHits);
    const estimatedTotalHits = found.length + this.furtherHits;
    const totalHits = Math.min(estimatedTotalHits, pagination.maxTotalHits);
    const { hitsPerPage, offset = 0, limit = 20 } = query;
    const hits = hitsPerPage === undefined ? reachable.slice(offset, offset + limit) : reachable.slice(0, hitsPerPage);
    const shown = settings.displayedAttributes.filter((name) => query.attributesToRetrieve?.includes(name) ?? true);
    return {
      hits: hits.map(({ document }) => Object.fromEntries(shown.map((name) => [name, document[name]]))),
      ...(hitsPerPage === undefined ? { estimatedTotalHits } : { totalHits }),
      ...(query.facets &&
        facetsOf(
          query.facets,
          found.map(({ document }) => document),
          settings,
        )),
    };
  }
}

function valuesOf(document: Stored, field: string): Value[] {
  return [document[field] ?? null].flat().filter((value) => value !== null);
}

function normalized(value: Value): string {
  return String(value).trim().normalize('NFKD').toLowerCase();
}

/** What it filters by is cut, and what is asked for is not. */
function indexed(value: Value): string {
  return normalized(value).slice(0, 468);
}

function testOf(condition: string, filterable: readonly string[]): (document: Stored) => boolean {
  const [, field, , list, from, to, least, equal] = /^(\w+) (IN \[(.*)\]|([\d.]+) TO ([\d.]+)|>= ([\d.]+)|= (.+))$/.exec(condition) ?? [];
  if (field === undefined || !filterable.includes(field)) throw new Refused(400, 'invalid_search_filter');
  if (from !== undefined)
    return (document) => valuesOf(document, field).some((value) => Number(value) >= Number(from) && Number(value) <= Number(to));
  if (least !== undefined) return (document) => valuesOf(document, field).some((value) => Number(value) >= Number(least));
  const quoted = [...(list ?? equal!).matchAll(/"([^"\\]*)"|(\w+)/g)].map(([, text, bare]) => normalized(text ?? bare!));
  return (document) => valuesOf(document, field).some((value) => quoted.includes(indexed(value)));
}

/** Where the words were found first; null where one was not. The last one may be unfinished, longer ones mistyped. */
function rankOf(document: Stored, query: string, { searchableAttributes, typoTolerance }: Settings): number | null {
  const words = query.split(/[^\p{L}\p{N}+#]+/u).filter(Boolean);
  const ranks = words.map((word, at) =>
    searchableAttributes.findIndex((field) =>
      String(document[field] ?? '')
        .toLowerCase()
        .split(/[^\p{L}\p{N}+#]+/u)
        .some((candidate) => {
          if (candidate === word || (at === words.length - 1 && candidate.startsWith(word))) return true;
          return word.length >= typoTolerance.minWordSizeForTypos.oneTypo && isOneTypo(candidate, word);
        }),
    ),
  );
  return ranks.includes(-1) ? null : ranks.reduce((sum, rank) => sum + rank, 0);
}

/** One letter more, less or another, or two that changed places. */
function isOneTypo(one: string, other: string): boolean {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const [a, b] = [one.slice(at), other.slice(at)];
  const swapped = a.length > 1 && a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2);
  return a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1) || swapped;
}

type Found = { document: Stored; rank: number };

function comparison(rule: string, one: Found, other: Found): number {
  if (rule === 'attribute') return one.rank - other.rank;
  const [field, direction] = rule.split(':') as [string, string];
  const [a, b] = [valuesOf(one.document, field)[0], valuesOf(other.document, field)[0]];
  if (a === b) return 0;
  // What lacks the field comes last, in either direction.
  if (a == null || b == null) return a == null ? 1 : -1;
  return (a < b ? -1 : 1) * (direction === 'asc' ? 1 : -1);
}

function facetsOf(fields: string[], documents: Stored[], { faceting, filterableAttributes }: Settings) {
  if (!fields.every((field) => filterableAttributes.includes(field))) throw new Refused(400, 'invalid_search_facets');
  const facetStats: Record<string, { min: number; max: number }> = {};
  const facetDistribution = Object.fromEntries(
    fields.map((field) => {
      const counts = new Map<string, { value: string; count: number }>();
      const all = documents.flatMap((document) => [
        ...new Map(valuesOf(document, field).map((value) => [normalized(value), value])).values(),
      ]);
      for (const value of all) {
        const counted = counts.get(normalized(value)) ?? { value: String(value), count: 0 };
        counts.set(normalized(value), { ...counted, count: counted.count + 1 });
      }
      const numbers = all.filter((value) => typeof value === 'number');
      if (numbers.length > 0) facetStats[field] = { min: Math.min(...numbers), max: Math.max(...numbers) };
      const most = [...counts.values()].sort((one, other) => other.count - one.count).slice(0, faceting.maxValuesPerFacet);
      return [field, Object.fromEntries(most.map(({ value, count }) => [value, count]))];
    }),
  );
  return { facetDistribution, facetStats };
}
