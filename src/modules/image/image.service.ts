/** Images: how they are uploaded, checked, shown by content and removed. */
import { Types } from 'mongoose';
import { broken, brokenRule, RulesBroken, type BrokenRule } from '../../errors.js';
import { acceptedTypes, TooManyBytes, UnusableImage, type ImageProcessor, type ImageStorage } from '../../images/index.js';
import { InputRules } from '../../input/rules.js';
import { message } from '../../messages/index.js';
import type { Realtime } from '../../realtime/index.js';
import type { SignedIn } from '../../relay/context.js';
import type { ClientSession } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import { contentKey, type ContentReference } from '../domain-events.js';
import { uploadLifetime, type ImageLinks } from './image-links.js';
import type { ImageDocument, ImageModels, UploadPurposeName } from './image.model.js';

const day = 24 * 60 * 60 * 1000;

const noSuchUpload = 'You have no such upload for this purpose.';

/** How long what was uploaded waits to be used. */
const unusedLifetime = day;

/** Files are written before their document says so and removed before it goes, so each file has a document. */
export const uploadKey = (id: Types.ObjectId): string => `uploads/${id.toHexString()}`;
export const originalKey = (id: Types.ObjectId): string => `originals/${id.toHexString()}`;

/** Room for what this program encoded itself. */
export const maxOriginalBytes = 64 * 1024 * 1024;

export interface UploadLimits {
  /** Bytes of one upload. */
  maxUploadSize: number;
  uploadsPerDay: number;
  uploadBytesPerDay: number;
}

export interface NewUpload {
  purpose: UploadPurposeName;
  contentType: string;
  byteSize: number;
  altText?: string | null;
}

/** Where and how a client sends an image's bytes. */
export interface UploadSlot {
  image: ImageDocument;
  url: string;
  method: 'PUT';
  headers: { name: string; value: string }[];
  expiresAt: Date;
}

interface ImageServiceDependencies {
  models: ImageModels;
  realtime: Realtime;
  storage: ImageStorage;
  processor: ImageProcessor;
  links: ImageLinks;
  limits: UploadLimits;
}

export class ImageService {
  private readonly models: ImageModels;

  constructor(private readonly dependencies: ImageServiceDependencies) {
    this.models = dependencies.models;
  }

  /** @throws RulesBroken INVALID, TOO_LARGE, TOO_LONG, NOT_ALLOWED, QUOTA_EXCEEDED */
  async createUpload({ userId, roles }: SignedIn, input: NewUpload): Promise<UploadSlot> {
    this.checkUpload(roles, input);
    const { realtime, links, storage } = this.dependencies;
    const image: ImageDocument = {
      _id: new Types.ObjectId(),
      owner: userId,
      ...{ purpose: input.purpose, contentType: input.contentType, byteSize: input.byteSize, altText: input.altText?.trim() || null },
      ...{ width: null, height: null, digest: null, hidden: false, createdAt: new Date() },
      expiresAt: new Date(Date.now() + unusedLifetime),
    };
    await realtime.recordChange([`uploads:${userId.toHexString()}`], async ({ session }) => {
      await this.chargeQuota(session, userId, input.byteSize);
      await insert(this.models.images, image, session);
    });
    const { contentType, byteSize } = image;
    const target = (await storage.uploadTarget({ key: uploadKey(image._id), contentType, byteSize, lifetime: uploadLifetime })) ?? {
      url: links.upload(image),
      headers: { 'content-type': contentType },
    };
    const headers = Object.entries(target.headers).map(([name, value]) => ({ name, value }));
    return { image, url: target.url, method: 'PUT', headers, expiresAt: new Date(Date.now() + uploadLifetime * 1000) };
  }

  /** @throws RulesBroken with all that is wrong with it before anything is looked up. */
  checkUpload(roles: readonly string[], input: NewUpload): void {
    const { maxUploadSize: max } = this.dependencies.limits;
    uploadRules(roles, input)
      .require(input.byteSize <= max, 'TOO_LARGE', message('An image can have at most {max, number} bytes.', { max }), 'byteSize')
      .check();
  }

  private async chargeQuota(session: ClientSession, user: Types.ObjectId, bytes: number): Promise<void> {
    const { uploadsPerDay, uploadBytesPerDay } = this.dependencies.limits;
    const today = new Date().toISOString().slice(0, 10);
    const after = await this.models.quotas
      .findOneAndUpdate(
        { _id: `${user.toHexString()}:${today}` },
        { $inc: { count: 1, bytes }, $setOnInsert: { user, expiresAt: new Date(Date.now() + 2 * day) } },
        { upsert: true, returnDocument: 'after', session },
      )
      .lean();
    if (after.count > uploadsPerDay)
      throw broken('QUOTA_EXCEEDED', message('You can upload {max, number} images a day.', { max: uploadsPerDay }), 'purpose');
    if (after.bytes > uploadBytesPerDay)
      throw broken('QUOTA_EXCEEDED', message('You can upload {max, number} bytes a day.', { max: uploadBytesPerDay }), 'byteSize');
  }

  /**
   * Checks uploads that content is to show, before its transaction. Doing it twice does it once.
   * @param field the input field that names them; `imageIds` and their places where left out
   * @throws RulesBroken NOT_FOUND, NOT_UPLOADED, UNSUPPORTED_IMAGE, TOO_LARGE, INVALID for one that is named twice
   */
  async prepare(
    user: Types.ObjectId,
    purpose: UploadPurposeName,
    ids: readonly Types.ObjectId[],
    ...field: string[]
  ): Promise<ImageDocument[]> {
    if (ids.length === 0) return [];
    const found = await this.models.images.find({ _id: { $in: ids } }).lean();
    const settled = await Promise.all(
      ids.map(async (id, at): Promise<ImageDocument | BrokenRule> => {
        const path = field.length > 0 ? field : ['imageIds', String(at)];
        const image = found.find(({ _id }) => _id.equals(id));
        if (!image || !image.owner.equals(user) || image.purpose !== purpose || image.removing)
          return brokenRule('NOT_FOUND', noSuchUpload, ...path);
        if (ids.findIndex((other) => other.equals(id)) < at) return brokenRule('INVALID', 'This image is listed twice.', ...path);
        return image.digest ? image : this.checkContent(image, path);
      }),
    );
    const rules = settled.filter((each): each is BrokenRule => 'code' in each);
    if (rules.length > 0) throw new RulesBroken(rules);
    return settled as ImageDocument[];
  }

  /** Makes what is kept of what was uploaded. */
  private async checkContent(image: ImageDocument, path: string[]): Promise<ImageDocument | BrokenRule> {
    const { processor, storage } = this.dependencies;
    const { _id, byteSize, contentType } = image;
    try {
      const uploaded = await storage.read(uploadKey(_id), byteSize);
      if (!uploaded) return brokenRule('NOT_UPLOADED', 'Upload the file first.', ...path);
      const { bytes, width, height, digest } = await processor.process(uploaded, contentType);
      await storage.write(originalKey(_id), bytes, 'image/webp');
      const { matchedCount } = await this.models.images.updateOne(
        { _id, removing: { $exists: false } },
        { $set: { width, height, digest } },
      );
      await storage.remove(uploadKey(_id));
      if (matchedCount === 0) {
        await storage.remove(originalKey(_id));
        return brokenRule('NOT_FOUND', noSuchUpload, ...path);
      }
      return { ...image, width, height, digest };
    } catch (error) {
      if (error instanceof TooManyBytes)
        return brokenRule(
          'TOO_LARGE',
          message('This file was announced with {max, number} bytes and has more.', { max: byteSize }),
          ...path,
        );
      if (error instanceof UnusableImage) return brokenRule(error.code, error.reason, ...path);
      throw error;
    }
  }

  /**
   * Has content show these images and no others, in the content's transaction. Images it showed and no longer shows go.
   * @throws RulesBroken NOT_ALLOWED for one that something else shows
   */
  async show(
    session: ClientSession,
    user: Types.ObjectId,
    content: ContentReference,
    { before = [], after, hidden = false, field }: { before?: Types.ObjectId[]; after: Types.ObjectId[]; hidden?: boolean; field: string },
  ): Promise<void> {
    const usedBy = contentKey(content);
    const gone = before.filter((id) => !after.some((kept) => kept.equals(id)));
    if (gone.length > 0) await this.release(session, { _id: { $in: gone }, usedBy });
    const fresh = after.filter((id) => !before.some((kept) => kept.equals(id)));
    if (fresh.length === 0) return;
    const { matchedCount } = await this.models.images.updateMany(
      { _id: { $in: fresh }, owner: user, usedBy: { $exists: false }, removing: { $exists: false }, digest: { $ne: null } },
      { $set: { usedBy, hidden }, $unset: { expiresAt: 1 } },
      { session },
    );
    if (matchedCount < fresh.length) throw broken('NOT_ALLOWED', 'One of these images is already shown elsewhere.', field);
  }

  /** Content is gone, and its images with it. */
  async removeImagesOf(session: ClientSession, content: ContentReference): Promise<void> {
    await this.release(session, { usedBy: contentKey(content) });
  }

  /** Content went out of sight, or is back. */
  async hideImagesOf(session: ClientSession, content: ContentReference, hidden: boolean): Promise<void> {
    await this.models.images.updateMany({ usedBy: contentKey(content) }, { $set: { hidden } }, { session });
  }

  private async release(session: ClientSession, filter: Record<string, unknown>): Promise<void> {
    const gone = { $set: { expiresAt: new Date(), removing: true }, $unset: { usedBy: 1 } } as const;
    await this.models.images.updateMany(filter, gone, { session });
  }
}

/** What is wrong with an upload, but for what is more than the shop's limit. */
function uploadRules(roles: readonly string[], { purpose, contentType, byteSize, altText }: NewUpload): InputRules {
  const forProducts = roles.includes('MERCHANT') || roles.includes('ADMIN');
  const types = acceptedTypes.join(', ');
  return new InputRules()
    .require(purpose !== 'PRODUCT' || forProducts, 'NOT_ALLOWED', 'Only merchants can upload product images.', 'purpose')
    .require(purpose !== 'AVATAR' || !altText, 'NOT_ALLOWED', 'Avatars have no alternative text.', 'altText')
    .require(acceptedTypes.includes(contentType), 'INVALID', message('Choose one of these types: {types}.', { types }), 'contentType')
    .require(byteSize >= 1, 'OUT_OF_RANGE', message('This file is empty.', { min: 1 }), 'byteSize')
    .line(altText, { max: 300 }, 'altText');
}
