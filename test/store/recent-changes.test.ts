/** What the embedded store tells those who keep answers of what changed. */
import type { Binary } from 'bson';
import { expect, test } from 'vitest';
import { useHostedStore } from '../support/hosted-store.js';

const hosted = useHostedStore({ storePoolSize: 1 });

interface News {
  id: string;
  sequence: number;
  lost: boolean;
  changes: { collection: string; images: { before: Binary | null; after: Binary | null } | null }[];
}

test('large documents are told by their collection alone, and push nothing out that was changed beside them', async () => {
  const db = hosted.store.database.connection.db!;
  const [notes, files] = [db.collection<{ _id: string; text: string }>('notes'), db.collection<{ _id: number; bytes: Buffer }>('files')];
  const ask = async (after: object): Promise<News> => (await db.command({ plazaChanges: 1, ...after })) as unknown as News;
  const { id, sequence } = await ask({});
  await notes.insertOne({ _id: 'first', text: 'short' });
  for (let at = 0; at < 40; at++) await files.insertOne({ _id: at, bytes: Buffer.alloc(1024 * 1024) });
  await files.deleteMany({});
  await notes.updateOne({ _id: 'first' }, { $set: { text: 'long'.repeat(20_000) } });
  const { lost, changes } = await ask({ id, sequence });
  expect(lost).toBe(false);
  const told = changes.map(({ collection, images }) => `${collection} ${images ? (images.after?.length() ?? 0) : 'without images'}`);
  expect(told).toEqual([expect.stringMatching(/^notes \d+$/), ...Array<string>(80).fill('files without images'), 'notes without images']);
});
