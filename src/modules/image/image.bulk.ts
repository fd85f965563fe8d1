/** Images that the program draws itself, for the demo shop. */
import type { Types } from 'mongoose';
import type { ImageProcessor, ImageStorage } from '../../images/index.js';
import { insertMissing } from '../../store/documents.js';
import { contentKey, type ContentReference } from '../domain-events.js';
import type { ImageDocument, ImageModels, UploadPurposeName } from './image.model.js';
import { originalKey } from './image.service.js';

export interface DrawnImage {
  _id: Types.ObjectId;
  owner: Types.ObjectId;
  purpose: UploadPurposeName;
  altText: string | null;
  shownBy: ContentReference;
  svg: string;
}

export class ImageBulk {
  constructor(
    private readonly models: ImageModels,
    private readonly storage: ImageStorage,
    private readonly processor: ImageProcessor,
  ) {}

  /** Draws and keeps images that content shows from the first; those that are there already stay. */
  async importDrawings(drawings: readonly DrawnImage[]): Promise<void> {
    const documents = await Promise.all(drawings.map((drawing) => this.draw(drawing)));
    await insertMissing(this.models.images, documents);
  }

  private async draw({ svg, shownBy, ...facts }: DrawnImage): Promise<ImageDocument> {
    const { bytes, width, height, digest } = await this.processor.draw(svg);
    await this.storage.write(originalKey(facts._id), bytes, 'image/webp');
    return {
      ...facts,
      ...{ contentType: 'image/webp', byteSize: bytes.length, width, height, digest, hidden: false, createdAt: new Date() },
      usedBy: contentKey(shownBy),
    };
  }
}
