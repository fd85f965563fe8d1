import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { demoAccounts, fillDemoShop } from '../../src/demo/index.js';
import { usePlaza } from '../support/plaza.js';

const plaza = usePlaza();
const directory = new URL('../../schema/examples/', import.meta.url);
const files = readdirSync(directory);
const operations = files
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => {
    const variables = file.replace('.graphql', '.json');
    return {
      file,
      query: readFileSync(new URL(file, directory), 'utf8'),
      variables: files.includes(variables)
        ? (JSON.parse(readFileSync(new URL(variables, directory), 'utf8')) as Record<string, unknown>)
        : {},
    };
  });

let token: string;

beforeAll(async () => {
  await fillDemoShop(() => {});
  await plaza.app.recommender.train();
  const { buyer, password } = demoAccounts;
  token = (await plaza.mutate('signIn', { email: buyer.email, password }, 'accessToken')).accessToken;
});

function kindOf(query: string): string {
  const [definition] = parse(query).definitions;
  return definition?.kind === 'OperationDefinition' ? definition.operation : 'none';
}

/** Null at the top of an answer, or a broken rule, means that an example does not do what it shows. */
function expectFruitful(data: Record<string, { userErrors?: unknown[] } | null>): void {
  for (const value of Object.values(data)) {
    expect(value).not.toBeNull();
    expect(value!.userErrors ?? []).toEqual([]);
  }
}

describe('the example operations work on the demo shop', () => {
  test.each(operations.filter(({ query }) => kindOf(query) !== 'subscription'))('$file', async ({ query, variables }) => {
    expectFruitful(await plaza.data(query, variables, token));
  });

  test.each(operations.filter(({ query }) => kindOf(query) === 'subscription'))('$file', async ({ query, variables }) => {
    const events = await plaza.subscribe(query, variables, token);
    const productId = (variables['productId'] ?? variables['subjectId']) as string;
    const author = await plaza.account();
    await plaza.review(author, productId);
    await plaza.mutate('addComment', { subjectId: productId, body: 'Live.' }, 'comment { id }', author.token);
    expectFruitful((await events.next()).data as Record<string, null>);
    events.stop();
  });
});
