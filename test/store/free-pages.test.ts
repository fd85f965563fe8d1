import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { Catalog } from '../../src/store/embedded/catalog.js';

const documents = 60_000;

function openCatalog(): Catalog {
  const directory = mkdtempSync(join(tmpdir(), 'plaza-free-'));
  const catalog = new Catalog(join(directory, 'plaza.lmdb'));
  onTestFinished(async () => {
    await catalog.environment.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return catalog;
}

function put(catalog: Catalog, keys: readonly number[], size: number): void {
  catalog.commit(() => {
    for (const key of keys) catalog.documents.putSync(Buffer.from(String(key).padStart(9, '0')), Buffer.alloc(size, 1));
  });
}

/** In milliseconds, in the median. */
function commitTime(catalog: Catalog, keys: readonly number[]): number {
  const times = keys.map((key) => {
    const startedAt = performance.now();
    put(catalog, [key], 300);
    return performance.now() - startedAt;
  });
  return times.sort((left, right) => left - right)[Math.floor(times.length / 2)]!;
}

test('A commit takes no longer where tens of thousands of pages are free here and there, before and after a large document.', () => {
  const random = randomNumbers(1);
  const some = (count: number): number[] => Array.from({ length: count }, () => Math.floor(random() * documents));
  const small = openCatalog();
  put(small, some(100), 1500);
  const large = openCatalog();
  for (let from = 0; from < documents; from += 10_000) put(large, some(10_000), 1500);
  for (let times = 0; times < 3; times++) put(large, some(documents / 2), 1500);
  const before = commitTime(large, some(31));
  put(large, some(1), 256 * 1024);
  const after = commitTime(large, some(31));
  const most = 20 * commitTime(small, some(31));
  expect(before).toBeLessThan(most);
  expect(after).toBeLessThan(most);
});
