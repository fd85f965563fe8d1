/** The product runs on each release of Node that it names, and a shop moves from one to the next and back. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fullShop } from '../support/full-shop.js';
import { Plaza, type Account } from '../support/plaza.js';
import { freePort, kill, otherNodes, runCommand, startApi, type Running } from '../support/processes.js';

// It is the embedded store that a release of Node may break.
delete process.env['MONGODB_URI'];
const plaza = new Plaza();
const releases = [...otherNodes, process.execPath];
let environment: Record<string, string>;
let author: Account;
let product: string;
let documents: number;
let running: Running | undefined;

beforeAll(async () => {
  await plaza.start();
  const { hero } = await fullShop(plaza);
  product = await plaza.product(hero);
  author = await plaza.account();
  documents = Object.values(await plaza.documents()).reduce((sum, count) => sum + count, 0);
  const port = await freePort();
  environment = { PLAZA_DATA_DIR: plaza.dataDirectory, PORT: String(port), STOREFRONT: 'false' };
  await plaza.app.close();
  plaza.url = `http://127.0.0.1:${port}`;
});
afterEach(() => running && kill(running));
afterAll(() => rmSync(plaza.dataDirectory, { recursive: true, force: true }));

describe.each(releases.map((node) => [execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(), node]))(
  'Node %s',
  (release, node) => {
    test('finds the store of the release before it sound', async () => {
      const { stdout } = await runCommand('check-data', [], environment, node);
      const [, stored] = /, (\S+) documents/.exec(stdout)!;
      expect(Number(stored!.replaceAll(',', ''))).toBeGreaterThanOrEqual(documents);
      expect(stdout).toMatch(/: 0 problems/);
    });

    test('serves it, and what it writes outlives its death', async () => {
      running = await startApi(environment, node);
      const someone = await plaza.account();
      for (const by of [author, someone]) {
        const { userErrors } = await plaza.mutate(
          'addComment',
          { subjectId: product, body: `From ${release}` },
          'comment { id }',
          by.token,
        );
        expect(userErrors).toEqual([]);
      }
      await kill(running);
      running = await startApi(environment, node);
      const { node: read } = await plaza.data(
        'query ($id: ID!) { node(id: $id) { ... on Product { comments(first: 50) { edges { node { body } } } } } }',
        {
          id: product,
        },
      );
      const mine = read.comments.edges.filter((edge: { node: { body: string } }) => edge.node.body === `From ${release}`);
      expect(mine).toHaveLength(2);
      await kill(running, 'SIGTERM');
    });

    test('trains on it', async () => {
      const { stdout } = await runCommand('train', [], environment, node);
      expect(stdout).not.toBe('');
    });
  },
);
