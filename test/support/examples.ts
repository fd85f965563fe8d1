/** The example operations of the API, with their variables and whose session they need. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { demoAccounts, fillDemoShop } from '../../src/demo/index.js';
import type { Plaza } from './plaza.js';

export interface Example {
  file: string;
  query: string;
  variables: Record<string, unknown>;
  kind: 'query' | 'mutation' | 'subscription';
}

const directory = new URL('../../schema/examples/', import.meta.url);
const files = readdirSync(directory);

export const examples: Example[] = files
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => {
    const variables = file.replace('.graphql', '.json');
    const query = readFileSync(new URL(file, directory), 'utf8');
    const [definition] = parse(query).definitions;
    if (definition?.kind !== 'OperationDefinition') throw new Error(`${file} is not one operation`);
    return {
      file,
      query,
      kind: definition.operation,
      variables: files.includes(variables)
        ? (JSON.parse(readFileSync(new URL(variables, directory), 'utf8')) as Record<string, unknown>)
        : {},
    };
  });

/** The demo shop, with a session of each of its accounts. */
export class DemoShop {
  private readonly tokens = new Map<string, string>();
  private guests = 1;

  constructor(private readonly plaza: Plaza) {}

  async open(): Promise<void> {
    await fillDemoShop(this.plaza.app.verbs, () => {});
    await this.plaza.app.verbs.recommendations.train();
    await this.plaza.settle('catalogue search');
    const { password, ...accounts } = demoAccounts;
    for (const { email } of Object.values(accounts))
      this.tokens.set(email, (await this.plaza.mutate('signIn', { email, password }, 'accessToken')).accessToken);
  }

  /** Whoever runs an example, by its first line, and its variables; what only an answer can give is asked for. */
  async runnerOf(example: Example): Promise<{ token: string; variables: Record<string, unknown> }> {
    if (!example.query.startsWith('# Sign in as a new account'))
      return { token: this.tokenFor(example.query), variables: await this.variablesOf(example) };
    const [handle, password] = [`guest_${this.guests++}`, 'nine purple teacups'];
    const input = { email: `${handle}@example.org`, password, handle, name: 'Guest' };
    const { accessToken, refreshToken } = await this.plaza.mutate('signUp', input, 'accessToken refreshToken');
    const text = JSON.stringify(example.variables)
      .replace('<password>', password)
      .replace('<refreshToken>', refreshToken as string);
    return { token: accessToken as string, variables: JSON.parse(text) as Record<string, unknown> };
  }

  private async variablesOf({ query, variables }: Example): Promise<Record<string, unknown>> {
    const text = JSON.stringify(variables);
    if (!text.includes('<impressionId>')) return variables;
    const recommendations = '{ viewer { recommendedProducts(first: 1) { edges { impressionId } } } }';
    const { viewer } = await this.plaza.data(recommendations, {}, this.tokenFor(query));
    return JSON.parse(text.replace('<impressionId>', viewer.recommendedProducts.edges[0].impressionId as string)) as Record<
      string,
      unknown
    >;
  }

  /** An example says in its first line whose it is, where it is not the buyer's. */
  tokenFor(query: string): string {
    return this.tokens.get(/^# Sign in as ([\w@.]+\w)/.exec(query)?.[1] ?? demoAccounts.buyer.email)!;
  }
}
