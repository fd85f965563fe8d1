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

/** The session of each demo account, by its address. */
const tokens = new Map<string, string>();

/** An example says in its first line whose it is, where it is not the buyer's. */
function tokenFor(query: string): string {
  return tokens.get(/^# Sign in as ([\w@.]+\w)/.exec(query)?.[1] ?? demoAccounts.buyer.email)!;
}

beforeAll(async () => {
  await fillDemoShop(() => {});
  await plaza.app.recommender.train();
  const { password, ...accounts } = demoAccounts;
  for (const { email } of Object.values(accounts))
    tokens.set(email, (await plaza.mutate('signIn', { email, password }, 'accessToken')).accessToken);
  await plaza.app.catalogSearch.refresh();
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

const product = operations.find(({ file }) => file.includes('write-a-review'))!.variables as { input: { productId: string } };

/** Something of everything that can be watched. */
async function happen({ productId = product.input.productId, subjectId, questionId }: Record<string, unknown>): Promise<void> {
  const author = await plaza.account();
  await plaza.mutate('followUser', { userId: author.id }, 'user { id }', tokenFor(''));
  await plaza.review(author, productId as string);
  await plaza.mutate('addComment', { subjectId: subjectId ?? productId, body: 'Live, @demo.' }, 'comment { id }', author.token);
  await plaza.mutate('askQuestion', { productId, body: 'Live?' }, 'question { id }', author.token);
  if (questionId) await plaza.mutate('answerQuestion', { questionId, body: 'Live.' }, 'answer { id }', author.token);
}

describe('the example operations work on the demo shop', () => {
  test.each(operations.filter(({ query }) => kindOf(query) !== 'subscription'))('$file', async ({ query, variables }) => {
    expectFruitful(await plaza.data(query, variables, tokenFor(query)));
  });

  test.each(operations.filter(({ query }) => kindOf(query) === 'subscription'))('$file', async ({ query, variables }) => {
    const events = await plaza.subscribe(query, variables, tokenFor(query));
    await happen(variables);
    expectFruitful((await events.next()).data as Record<string, null>);
    events.stop();
  });
});
