/** The bytes of images, as they come in and go out over HTTP. */
import type { Readable } from 'node:stream';
import { Types } from 'mongoose';
import {
  imageTypes,
  parseVariant,
  TooManyBytes,
  variantName,
  type DiskStorage,
  type ImageProcessor,
  type ImageStorage,
  type VariantCache,
} from '../../images/index.js';
import type { Grant, ImageLinks } from './image-links.js';
import type { ImageDocument, ImageModels } from './image.model.js';
import { maxOriginalBytes, originalKey, uploadKey } from './image.service.js';

/** An image in one size and format. */
export interface ServedImage {
  contentType: string;
  etag: string;
  /** Whether it is for the holder of its address alone. */
  isPrivate: boolean;
  bytes(): Promise<Buffer>;
}

export type UploadOutcome = 'STORED' | 'FORBIDDEN' | 'WRONG_TYPE' | 'WRONG_SIZE' | 'USED';

export interface SentUpload {
  id: string;
  grant: Grant;
  contentType: string;
  byteSize: number;
  body: Readable;
}

interface ImageDeliveryDependencies {
  models: ImageModels;
  storage: ImageStorage;
  /** Null where clients send uploads to another store. */
  disk: DiskStorage | null;
  processor: ImageProcessor;
  variants: VariantCache;
  links: ImageLinks;
}

export class ImageDelivery {
  constructor(private readonly dependencies: ImageDeliveryDependencies) {}

  /** Keeps what a client sends to the address that it was given. */
  async receive({ id, grant, contentType, byteSize, body }: SentUpload): Promise<UploadOutcome> {
    const { disk, links } = this.dependencies;
    const image = disk && (await this.find(id));
    if (!disk || !image || !links.allowsUpload(image, grant)) return 'FORBIDDEN';
    if (image.digest || image.removing) return 'USED';
    if (contentType !== image.contentType) return 'WRONG_TYPE';
    if (byteSize !== image.byteSize) return 'WRONG_SIZE';
    try {
      await disk.writeStream(uploadKey(image._id), body, image.byteSize);
    } catch (error) {
      if (error instanceof TooManyBytes) return 'WRONG_SIZE';
      throw error;
    }
    return this.settleReceived(image);
  }

  /** While the bytes came, the image may have gone, with its owner for instance: no file stays without its document. */
  private async settleReceived({ _id }: ImageDocument): Promise<UploadOutcome> {
    const { models, storage } = this.dependencies;
    const image = await models.images.findById(_id, { digest: 1, removing: 1 }).lean();
    if (image && !image.digest && !image.removing) return 'STORED';
    await storage.remove(uploadKey(_id));
    return image ? 'USED' : 'FORBIDDEN';
  }

  /** @returns null where nothing shows the image, or it is hidden and the address gives no right to it */
  async variant(id: string, name: string, grant: Grant | null): Promise<ServedImage | null> {
    const variant = parseVariant(name);
    const image = variant && (await this.find(id));
    if (!variant || !image?.usedBy || !image.digest) return null;
    if (image.hidden && !(grant && this.dependencies.links.allowsHidden(image, name, grant))) return null;
    return {
      contentType: imageTypes[variant.format],
      etag: `"${image.digest}-${variantName(variant)}"`,
      isPrivate: image.hidden,
      bytes: () =>
        this.dependencies.variants.get(id, name, async () => this.dependencies.processor.vary(await this.original(image), variant)),
    };
  }

  private async original({ _id }: ImageDocument): Promise<Buffer> {
    const original = await this.dependencies.storage.read(originalKey(_id), maxOriginalBytes);
    if (!original) throw new Error(`The file of image ${_id.toHexString()} is missing.`);
    return original;
  }

  private async find(id: string): Promise<ImageDocument | null> {
    return /^[0-9a-f]{24}$/.test(id) ? this.dependencies.models.images.findById(new Types.ObjectId(id)).lean() : null;
  }
}
