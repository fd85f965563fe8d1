/** A shop in a process of its own, with a product whose page is full: 20 reviews and 20 comments with authors. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../../src/store/connection.js';
import { addressOf, kill, unlimited } from '../../support/processes.js';

export const slug = 'barista-espresso-machine';
export const query = `query ProductPage($slug: String!) { product(slug: $slug) {
  id title description price { amountMinor currency } category { name } merchant { name }
  rating { reviewCount mean weightedMean composite distribution { stars count } aspects { quality price service } }
  reviews(first: 20) { totalCount edges { cursor node { id title body overall verifiedPurchase author { id handle name } } } }
  comments(first: 20) { totalCount edges { cursor node { id body author { id handle name } } } }
  similarProducts(first: 5) { edges { node { id title slug rating { composite } } } }
} }`;
export const page = { query, variables: { slug } };
/** The same with what is each viewer's own: their review and their votes. */
export const ownPage = {
  query: query
    .replace('id title description', 'id viewerReview { id } title description')
    .replace('verifiedPurchase', 'viewerVote verifiedPurchase'),
  variables: { slug },
};

const people = 20;

// The answer's shape is the query's.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

export interface Started {
  url: string;
  child: ChildProcess;
}

export async function start(args: string[], environment: NodeJS.ProcessEnv = {}): Promise<Started> {
  const child = spawn(process.execPath, args, {
    // As it is shipped, without metrics.
    env: { ...process.env, NODE_ENV: 'production', ...unlimited, METRICS_TOKEN: undefined, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Also where the benchmark fails.
  process.once('exit', () => child.kill());
  return { url: await addressOf(child, / API +(http\S+)/), child };
}

export async function ask(url: string, query: string, variables: object = {}, token?: string): Promise<Json> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const answer = (await response.json()) as { data: Json; errors?: unknown };
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

/** @returns the mutation's payload */
export async function change(url: string, name: string, input: object, selection: string, token?: string): Promise<Json> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code message } } }`;
  const payload = (await ask(url, document, { input }, token))[name];
  if (payload.userErrors.length > 0) throw new Error(JSON.stringify(payload.userErrors));
  return payload;
}

export class Shop {
  product = '';
  tokens: string[] = [];
  reviews: string[] = [];
  /** Reviews of products that the page does not show, and whose scores it does not depend on. */
  reviewsElsewhere: string[] = [];
  productsElsewhere: string[] = [];

  private constructor(
    readonly started: Started,
    private readonly directory: string,
    /** Whether it is 0.1.0, whose reviews have their ratings side by side. */
    private readonly isFirstRelease: boolean,
  ) {}

  /** @param main the entry of a build */
  static async open(main: string, environment: NodeJS.ProcessEnv = {}, { isFirstRelease = false } = {}): Promise<Shop> {
    const directory = mkdtempSync(join(tmpdir(), 'plaza-bench-'));
    const started = await start([main], { PORT: '0', PLAZA_DATA_DIR: directory, DEMO_SHOP: 'true', ...environment });
    const shop = new Shop(started, directory, isFirstRelease);
    await shop.fill();
    return shop;
  }

  /** The page as the release knows it. */
  get page(): typeof page {
    return this.isFirstRelease
      ? { ...page, query: query.replace('distribution { stars count }', 'distribution').replace('reviewCount mean', 'count mean') }
      : page;
  }

  get url(): string {
    return this.started.url;
  }

  /** Where others reach its store. */
  async storeUri(): Promise<string> {
    const store = await openStore({ mongodbUri: undefined, dataDirectory: this.directory, storePoolSize: 1 }, { share: true });
    await store.close();
    return store.uri;
  }

  async close(): Promise<void> {
    await kill(this.started, 'SIGTERM');
    rmSync(this.directory, { recursive: true, force: true });
  }

  ask(query: string, variables: object = {}, token?: string): Promise<Json> {
    return ask(this.url, query, variables, token);
  }

  change(name: string, input: object, selection: string, token: string | undefined): Promise<Json> {
    return change(this.url, name, input, selection, token);
  }

  private async fill(): Promise<void> {
    const { product } = await this.ask('query ($slug: String!) { product(slug: $slug) { id } }', { slug });
    this.product = product.id;
    for (let number = 0; number < people; number++) await this.addPerson(number);
    const { reviews } = (await this.ask(this.page.query, { slug })).product;
    this.reviews = reviews.edges.map(({ node }: Json) => node.id);
    await this.lookElsewhere();
  }

  private async addPerson(number: number): Promise<void> {
    const input = {
      email: `page${number}@plaza.example`,
      handle: `page_${number}`,
      name: `Page Reader ${number}`,
      password: `correct-horse-${number}-battery`,
    };
    const { accessToken } = await this.change('signUp', input, 'accessToken', undefined);
    const token: string = accessToken;
    this.tokens.push(token);
    const ratings = { quality: 1 + (number % 5), price: 1 + ((number + 1) % 5), service: 1 + ((number + 2) % 5) };
    const text = `What reader ${number} says of it, in as many words as people use who have had it for some months now and use it daily. `;
    const review = { productId: this.product, title: `Reader ${number}`, body: text.repeat(2) };
    await this.change('createReview', { ...review, ...(this.isFirstRelease ? ratings : { ratings }) }, 'review { id }', token);
    await this.change('addComment', { subjectId: this.product, body: text }, 'comment { id }', token);
  }

  /** Products of other categories than the page's own and those beside it: their scores are drawn to another mean. */
  private async lookElsewhere(): Promise<void> {
    const { product, products } = await this.ask(
      `query ($slug: String!) {
        product(slug: $slug) { category { id } similarProducts(first: 5) { edges { node { category { id } } } } }
        products(first: 100) { edges { node { id category { id } reviews(first: 1) { edges { node { id } } } } } }
      }`,
      { slug },
    );
    const near = new Set([product.category.id, ...product.similarProducts.edges.map(({ node }: Json) => node.category.id)]);
    const far = products.edges.map(({ node }: Json) => node).filter(({ category }: Json) => !near.has(category.id));
    this.productsElsewhere = far.map(({ id }: Json) => id);
    this.reviewsElsewhere = far.flatMap(({ reviews }: Json) => reviews.edges.map(({ node }: Json) => node.id));
  }
}
