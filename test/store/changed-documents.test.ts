import { Types, type Model } from 'mongoose';
import { beforeEach, describe, expect, test } from 'vitest';
import { ChangedDocuments } from '../../src/workers/index.js';
import { usePlaza } from '../support/plaza.js';

interface Product {
  _id: Types.ObjectId;
  slug: string;
  updatedAt: Date;
}

const plaza = usePlaza();
const minute = 60_000;
let now: number;
let model: Model<Product>;
let reader: ChangedDocuments<Product>;

async function changed(): Promise<string[]> {
  const slugs: string[] = [];
  for await (const batch of reader.read()) slugs.push(...batch.map(({ slug }) => slug));
  return slugs.sort();
}

async function write(slug: string, updatedAt: number): Promise<void> {
  await plaza.connection
    .collection('products')
    .updateOne(
      { slug },
      { $set: { updatedAt: new Date(updatedAt) }, $setOnInsert: { _id: new Types.ObjectId(), slugs: [slug] } },
      { upsert: true },
    );
}

beforeEach(async () => {
  await plaza.connection.collection('products').deleteMany({});
  now = Date.now();
  model = plaza.connection.models['Product'] as unknown as Model<Product>;
  reader = new ChangedDocuments<Product>(model, 'updatedAt', null, () => now);
});

describe('a reader of changed documents', () => {
  test('reads each version once', async () => {
    await write('a', now - 1000);
    await write('b', now - 500);
    expect(await changed()).toEqual(['a', 'b']);
    expect(await changed()).toEqual([]);
    await write('a', now);
    expect(await changed()).toEqual(['a']);
    expect(await changed()).toEqual([]);
  });

  test('finds what was committed later than its time says', async () => {
    await write('b', now);
    expect(await changed()).toEqual(['b']);
    await write('a', now - 10_000);
    expect(await changed()).toEqual(['a']);
  });

  test('finds a late version of a document it has read, at the latest a minute on', async () => {
    await write('a', now - 20_000);
    await write('b', now);
    expect(await changed()).toEqual(['a', 'b']);
    await write('a', now - 10_000);
    now += minute;
    expect(await changed()).toEqual(['a']);
  });

  test('does not read again what is long settled', async () => {
    await write('a', now);
    expect(await changed()).toEqual(['a']);
    now += 2 * minute;
    expect(await changed()).toEqual([]);
    expect(reader.position.getTime()).toBe(now - minute);
    await write('b', now);
    expect(await changed()).toEqual(['b']);
  });

  test('goes on where an earlier reader stood', async () => {
    await write('a', now - 3 * minute);
    expect(await changed()).toEqual(['a']);
    reader = new ChangedDocuments<Product>(model, 'updatedAt', reader.position, () => now);
    await write('b', now);
    expect(await changed()).toEqual(['b']);
  });

  test('gives a batch again whose taking failed', async () => {
    await write('a', now);
    await reader.read().next();
    expect(await changed()).toEqual(['a']);
  });
});
