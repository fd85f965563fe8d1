import { beforeAll, describe, expect, test } from 'vitest';
import { codeBlocks } from '../support/docs.js';
import { DemoShop, examples } from '../support/examples.js';
import groups from '../../schema/examples/groups.json' with { type: 'json' };
import { usePlaza } from '../support/plaza.js';

const plaza = usePlaza();
const shop = new DemoShop(plaza);

beforeAll(() => shop.open());

/** Null at the top of an answer, or a broken rule, means that an example does not do what it shows. */
function expectFruitful(data: Record<string, { userErrors?: unknown[] } | null>): void {
  for (const value of Object.values(data)) {
    expect(value).not.toBeNull();
    expect(value!.userErrors ?? []).toEqual([]);
  }
}

const product = examples.find(({ file }) => file.includes('write-a-review'))!.variables as { input: { productId: string } };

/** Something of everything that can be watched. */
async function happen({ productId = product.input.productId, subjectId, questionId }: Record<string, unknown>): Promise<void> {
  const author = await plaza.account();
  await plaza.mutate('followUser', { userId: author.id }, 'user { id }', shop.tokenFor(''));
  await plaza.review(author, productId as string);
  await plaza.mutate('addComment', { subjectId: subjectId ?? productId, body: 'Live, @demo.' }, 'comment { id }', author.token);
  await plaza.mutate('askQuestion', { productId, body: 'Live?' }, 'question { id }', author.token);
  if (questionId) await plaza.mutate('answerQuestion', { questionId, body: 'Live.' }, 'answer { id }', author.token);
}

describe('the example operations work on the demo shop', () => {
  test.each(examples.filter(({ kind }) => kind !== 'subscription'))('$file', async (example) => {
    const { token, variables } = await shop.runnerOf(example);
    expectFruitful(await plaza.data(example.query, variables, token));
  });

  test.each(examples.filter(({ kind }) => kind === 'subscription'))('$file', async ({ query, variables }) => {
    const events = await plaza.subscribe(query, variables, shop.tokenFor(query));
    await happen(variables);
    expectFruitful((await events.next()).data as Record<string, null>);
    events.stop();
  });
});

/** Operations of the guides that have all they need: variables beside them, or none. */
const guides = codeBlocks.filter(({ file }) => file.startsWith('guides/') || ['tutorial.md', 'cookbook.md'].includes(file));
const operations = guides.filter(({ language, code, variables }) => language === 'graphql' && (variables || !/^\w+ \w+\(/m.test(code)));

describe('the operations of the documentation work on the demo shop', () => {
  test.each(operations.filter(({ code }) => !/^(subscription|fragment)\b/m.test(code)))('$place', async ({ code, variables }) => {
    const runner = await shop.runnerOf({ file: '', query: code, variables: variables ?? {}, kind: 'query' });
    expectFruitful(await plaza.data(code, runner.variables, runner.token));
  });
});

test('every group of the playground names examples that are there, each once', () => {
  const named = Object.values(groups).flat();
  const ids = examples.map(({ file }) => file.replace(/^\d+-/, '').replace('.graphql', ''));
  expect(named.filter((id) => !ids.includes(id))).toEqual([]);
  expect(new Set(named).size).toBe(named.length);
});
