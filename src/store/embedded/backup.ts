/** Copies of a store that is being used. */
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Document } from 'bson';
import type { Catalog } from './catalog.js';

/** Copies the data as it is now, without its free pages, to a file beside it; only who may read the directory gets it. */
export async function copyBeside({ environment, path }: Pick<Catalog, 'environment' | 'path'>): Promise<Document> {
  const file = `backup-${randomUUID()}.lmdb`;
  await environment.backup(join(dirname(path), file), true);
  return { file, ok: 1 };
}
