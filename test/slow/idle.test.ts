import { Types } from 'mongoose';
import { describe, expect, test } from 'vitest';
import { emptyTally } from '../../src/scoring/index.js';
import { usePlaza } from '../support/plaza.js';

const plaza = usePlaza();
const products = 20_000;
const watched = 20_000;

async function importProducts(): Promise<void> {
  const { catalog } = plaza.app.verbs;
  const category = { _id: new Types.ObjectId(), slug: 'imported', name: 'Imported', parent: null };
  await catalog.importCategories([category]);
  const merchant = new Types.ObjectId();
  for (let from = 0; from < products; from += 2000) {
    const batch = Array.from({ length: 2000 }, (_, at) => ({
      _id: new Types.ObjectId(),
      slug: `imported-${from + at}`,
      title: `Imported ${from + at}`,
      description: '',
      category: category._id,
      merchant,
      price: { amountMinor: 100, currency: 'EUR' },
      stock: null,
      backorder: false,
      attributes: [],
      imageUrl: null,
      createdAt: new Date(),
      updatedAt: new Date(),
      rating: emptyTally(),
      score: 0,
      commentCount: 0,
    }));
    await catalog.importProducts(batch);
  }
}

describe('an idle server', () => {
  test('asks the store a handful of questions in twenty seconds, also right after an import', async () => {
    await importProducts();
    await plaza.settle('catalogue search');
    const commands: string[] = [];
    const documents = { read: 0 };
    const client = plaza.connection.getClient();
    client.on('commandSucceeded', ({ commandName, reply }) => {
      commands.push(commandName);
      const { cursor } = reply as { cursor?: { firstBatch?: unknown[]; nextBatch?: unknown[] } };
      documents.read += (cursor?.firstBatch ?? cursor?.nextBatch ?? []).length;
    });
    await expect.poll(() => performance.now(), { interval: 1000, timeout: watched + 10_000 }).toBeGreaterThan(performance.now() + watched);
    // Waiting for the news of changes reads no documents.
    const asked = commands.filter((name) => !['hello', 'ping', 'endSessions', 'plazaChanges'].includes(name));
    expect(asked.length, asked.join()).toBeLessThan(80);
    expect(documents.read).toBeLessThan(100);
  });
});
