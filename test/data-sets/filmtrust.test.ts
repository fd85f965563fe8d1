/** The FilmTrust data set: imported, trained on, recommended from, and each model measured against a baseline. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, inject, test } from 'vitest';
import { usePlaza } from '../support/plaza.js';
import { runCommand } from '../support/processes.js';

const dataSets = inject('dataSets');
const plaza = usePlaza();
const directory = mkdtempSync(join(tmpdir(), 'plaza-filmtrust-'));
const file = (name: string): string => join(dataSets, 'filmtrust', `${name}.txt.gz`);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('is imported, trained on and recommended from', async () => {
  const imported = await plaza.command('import', '--format', 'filmtrust', file('ratings'), '--trust', file('trust'));
  expect(imported.stdout).toContain('35494 reviews, 1853 follows');
  await plaza.command('train');
  await expect.poll(async () => (await plaza.data('{ recommenderStatus { modelVersion } }')).recommenderStatus.modelVersion).not.toBeNull();
  const { viewer } = await plaza.data('{ viewer { recommendedProducts(first: 1) { edges { node { id title } } } } }');
  const [{ node: first }] = viewer.recommendedProducts.edges;
  expect(first.title).toMatch(/^filmtrust \d+$/);
  const { product } = await plaza.data(
    'query ($id: ID!) { product(id: $id) { rating { reviewCount mean } similarProducts(first: 5) { edges { node { title } } } } }',
    { id: first.id },
  );
  expect(product.rating.reviewCount).toBeGreaterThan(100);
  expect(product.similarProducts.edges).toHaveLength(5);
});

test('every model is at least as good as its baseline, and the blend better than all of them', async () => {
  const files = ['--train', file('train'), '--test', file('test'), '--trust', file('trust')];
  const { stdout } = await runCommand('evaluate', ['--report', directory, ...files]);
  /** NDCG@10 and Recall@10 by model. */
  const baselines = {
    popularity: [0.4827, 0.6258],
    'item-neighbours': [0.4658, 0.5949],
    'user-neighbours': [0.51, 0.635],
    'graph-walk': [0.5122, 0.6385],
    factors: [0.4117, 0.5224],
    'ease-liked': [0.5216, 0.6407],
    ease: [0.5216, 0.6407],
    blend: [0.545, 0.665],
  };
  for (const [model, [ndcg, recall]] of Object.entries(baselines)) {
    const row = new RegExp(`^${model} +(\\d\\.\\d+) \\[[^\\]]+\\] +(\\d\\.\\d+) \\[`, 'm').exec(stdout)!;
    expect(Number(row[1]), model).toBeGreaterThanOrEqual(ndcg!);
    expect(Number(row[2]), model).toBeGreaterThanOrEqual(recall!);
  }
  expect(Number(/^expected-rating +(\d\.\d+) \[[^\]]+\] +\d\.\d+ \[[^\]]+\]$/m.exec(stdout)![1])).toBeLessThanOrEqual(0.79);
});
