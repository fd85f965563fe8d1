/** Removes images that nothing shows any more, and uploads that were never used: first the files, and then what says that they are there. */
import { Types } from 'mongoose';
import type { DiskStorage, ImageStorage, VariantCache } from '../../images/index.js';
import type { Logger } from '../../log.js';
import { Worker } from '../../workers/index.js';
import { uploadLifetime } from './image-links.js';
import type { ImageDocument, ImageModels } from './image.model.js';
import { originalKey, uploadKey } from './image.service.js';

const interval = 60_000;
const batch = 100;
const lookedUpAtOnce = 1000;

/** Milliseconds after which nothing comes any more to an address that another store takes uploads at: begun in its time, and slow. */
const lastUpload = 2 * uploadLifetime * 1000;

interface ImageRemovalDependencies {
  models: ImageModels;
  storage: ImageStorage;
  disk: DiskStorage | null;
  variants: VariantCache;
  log: Logger;
}

export function imageRemoval({ log, ...dependencies }: ImageRemovalDependencies): Worker {
  return new Worker({
    name: 'images',
    interval,
    log,
    async run(signal) {
      let found = batch;
      while (found === batch && !signal.aborted) found = await removeExpired(dependencies);
      await forgetVariants(dependencies);
      await dependencies.disk?.removePartial();
    },
  });
}

type Removing = Omit<ImageRemovalDependencies, 'log'>;

/** May be killed at any step: the next run finds the same document again. */
async function removeExpired({ models: { images }, storage, disk, variants }: Removing): Promise<number> {
  const expired: Pick<ImageDocument, '_id' | 'createdAt'>[] = await images
    .find({ expiresAt: { $lte: new Date() } }, { createdAt: 1 })
    .limit(batch)
    .lean();
  for (const { _id, createdAt } of expired) {
    // From here on nothing can begin to show it.
    const claimed = await images.updateOne({ _id, usedBy: { $exists: false } }, { $set: { removing: true } });
    if (claimed.matchedCount === 0) continue;
    await storage.remove(uploadKey(_id));
    await storage.remove(originalKey(_id));
    await variants.forget(new Set([_id.toHexString()]));
    const mayCome = disk ? 0 : createdAt.getTime() + lastUpload;
    if (mayCome > Date.now()) await images.updateOne({ _id }, { $set: { expiresAt: new Date(mayCome) } });
    else await images.deleteOne({ _id, removing: true });
  }
  return expired.length;
}

/** Each process has variants of its own, also of images that another process removed. */
async function forgetVariants({ models: { images }, variants }: Removing): Promise<void> {
  const cached = [...(await variants.images())];
  for (let from = 0; from < cached.length; from += lookedUpAtOnce) {
    const some = cached.slice(from, from + lookedUpAtOnce);
    const found = await images
      .find({ _id: { $in: some.map((id) => new Types.ObjectId(id)) }, usedBy: { $exists: true } }, { _id: 1 })
      .lean();
    const shown = new Set(found.map(({ _id }) => _id.toHexString()));
    await variants.forget(new Set(some.filter((id) => !shown.has(id))));
  }
}
