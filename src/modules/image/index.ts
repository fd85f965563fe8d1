import { join } from 'node:path';
import { DiskStorage, ImageProcessor, S3Storage, VariantCache, type S3Options } from '../../images/index.js';
import { describeModule, verbs, type Foundation } from '../module.js';
import { ownedDocuments, updateSome, type PersonalData } from '../personal-data.js';
import { collections } from './image.collections.js';
import { ImageBulk } from './image.bulk.js';
import { ImageDelivery } from './image-delivery.js';
import { ImageLinks } from './image-links.js';
import { imageModels, type ImageModels } from './image.model.js';
import { imageRemoval } from './image-removal.js';
import { ImageResolver, UploadResolver } from './image.resolver.js';
import { ImageService, type UploadLimits } from './image.service.js';
import { ShownImages } from './shown-images.js';

export { Image } from './image.type.js';
export type { DrawnImage } from './image.bulk.js';
export type { ShownImage } from './shown-images.js';

export interface ImageOptions extends UploadLimits {
  publicUrl: string;
  /** Signs addresses. */
  authSecrets: readonly [string, ...string[]];
  dataDirectory: string;
  /** Bytes of variants that are kept on this machine. */
  cacheSize: number;
  /** Null where images are files beside the data. */
  s3: S3Options | null;
}

export type ImageModule = ReturnType<typeof imageModule>;
/** What other features may ask of images. */
export type ImageVerbs = ImageModule['verbs'];

/** Uploaded images, and the sizes and formats in which they are served. */
export function imageModule({ database, realtime, log }: Foundation, options: ImageOptions) {
  const models = imageModels(database);
  const directory = join(options.dataDirectory, 'images');
  const disk = options.s3 ? null : new DiskStorage(directory);
  const storage = options.s3 ? new S3Storage(options.s3, (err) => log.warn({ err }, 'the image store fails')) : disk!;
  const processor = new ImageProcessor();
  const variants = new VariantCache(join(directory, 'variants'), options.cacheSize);
  const links = new ImageLinks(options.publicUrl, options.authSecrets);
  const images = new ImageService({ models, realtime, storage, processor, links, limits: options });
  const delivery = new ImageDelivery({ models, storage, disk, processor, variants, links });
  return describeModule({
    name: 'image',
    collections,
    resolvers: [new ImageResolver(images, links), new UploadResolver()],
    on: {
      contentModerated: ({ session }, { content, visible }) => images.hideImagesOf(session, content, !visible),
      contentHeld: ({ session }, { content }) => images.hideImagesOf(session, content, true),
    },
    personalData: [uploads(models), ownedDocuments({ name: 'uploadQuotas', model: models.quotas, owner: 'user', erase: 'DELETE' })],
    workers: [imageRemoval({ models, storage, disk, variants, log })],
    verbs: {
      ...verbs(images, ['prepare', 'show', 'removeImagesOf']),
      ...verbs(new ShownImages(models), ['shown', 'firstShown']),
      ...verbs(new ImageBulk(models, storage, processor), ['importDrawings']),
      ...verbs(delivery, ['receive', 'variant']),
      link: links.variant.bind(links),
    },
  });
}

/** Images that somebody uploaded go with their account; those of products stay with the products. */
function uploads({ images }: ImageModels): PersonalData {
  return {
    name: 'images',
    collect: (owner) => images.find({ owner }).lean(),
    async erase(step) {
      const staying = { ...(step.isMerge ? {} : { purpose: 'PRODUCT' }), usedBy: { $exists: true } };
      const kept = await updateSome(images, { owner: step.user, ...staying }, { $set: { owner: step.anonymousId } }, step);
      if (kept === step.max) return kept;
      const gone = { $set: { owner: step.anonymousId, removing: true, expiresAt: new Date() }, $unset: { usedBy: 1 } };
      const { session, max } = step;
      return updateSome(images, { owner: step.user, $nor: [staying] }, gone, { session, max });
    },
  };
}
