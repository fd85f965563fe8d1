/** Images as the API shows them: uploaded ones, and those at an address elsewhere. */
import type { Types } from 'mongoose';
import type { LoaderDefinition, RequestContext } from '../../relay/context.js';
import { byId } from '../../store/loaders.js';
import type { ImageDocument, ImageModels } from './image.model.js';

export interface ShownImage {
  altText: string | null;
  width: number | null;
  height: number | null;
  source: ImageDocument | string;
}

export class ShownImages {
  private readonly imageById: LoaderDefinition<Types.ObjectId, ImageDocument>;

  constructor({ images }: ImageModels) {
    this.imageById = byId<ImageDocument>(images);
  }

  /** Uploaded images in their order, and then external ones. Images that are gone are left out. */
  async shown(context: RequestContext, uploaded: readonly Types.ObjectId[] = [], external: readonly string[] = []): Promise<ShownImage[]> {
    const found = await Promise.all(uploaded.map((id) => context.load(this.imageById, id)));
    return [...found.flatMap((image) => (image?.usedBy ? [shownUpload(image)] : [])), ...external.map(shownExternal)];
  }

  /** The first of them; null where there is none. */
  async firstShown(
    context: RequestContext,
    uploaded: Types.ObjectId | null | undefined,
    external: string | null,
  ): Promise<ShownImage | null> {
    return (await this.shown(context, uploaded ? [uploaded] : [], external ? [external] : []))[0] ?? null;
  }
}

function shownUpload(image: ImageDocument): ShownImage {
  const { altText, width, height } = image;
  return { altText, width, height, source: image };
}

function shownExternal(url: string): ShownImage {
  return { altText: null, width: null, height: null, source: url };
}
