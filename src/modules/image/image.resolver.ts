import { Arg, Authorized, Ctx, ID, Int, Resolver, Root } from 'type-graphql';
import { RequestError } from '../../errors.js';
import { WebAddress } from '../../input/web-address.js';
import type { RequestContext } from '../../relay/context.js';
import { toGlobalId } from '../../relay/global-id.js';
import { FieldResolver, Mutation } from '../../relay/output.js';
import { AllowKeys } from '../../relay/scopes.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { payload } from '../../relay/payload.js';
import type { ImageLinks } from './image-links.js';
import type { ImageService, UploadSlot } from './image.service.js';
import { CreateUploadInput, CreateUploadPayload, Image, ImageFileFormat, Upload } from './image.type.js';
import type { ShownImage } from './shown-images.js';

const longestSide = 10_000;

@Resolver(() => Image)
export class ImageResolver {
  constructor(
    private readonly images: ImageService,
    private readonly links: ImageLinks,
  ) {}

  @FieldResolver(() => ID, {
    nullable: true,
    description: 'ID of the image, for `imageIds`, to keep it when the list of images is changed. Null for images at an external address.',
  })
  id(@Root() { source }: ShownImage): string | null {
    return typeof source === 'string' ? null : toGlobalId('Image', source._id);
  }

  @FieldResolver(() => WebAddress, {
    description:
      'Address of the image in a size and format. Images at an external address are returned as they are. The address of an image that a moderator has hidden works for 10 minutes.',
  })
  url(
    @Root() { source }: ShownImage,
    @Arg('width', () => Int, {
      nullable: true,
      description:
        'Width in pixels, rounded up to 64, 128, 256, 384, 512, 768, 1024, 1536 or 2048. The largest when left out. Images are never enlarged.',
    })
    width?: number | null,
    @Arg('height', () => Int, {
      nullable: true,
      description: 'Height in pixels, rounded up as `width` is. The image is cropped to both. It keeps its proportions when left out.',
    })
    height?: number | null,
    @Arg('format', () => ImageFileFormat, { nullable: true, defaultValue: ImageFileFormat.WEBP, description: 'The file format.' })
    format: ImageFileFormat | null = ImageFileFormat.WEBP,
  ): string {
    requireSide(width, 'width');
    requireSide(height, 'height');
    return typeof source === 'string' ? source : this.links.variant(source, { width, height, format: format ?? ImageFileFormat.WEBP });
  }

  @AllowKeys('catalog:write')
  @Authorized()
  @ChecksInput((input: CreateUploadInput, { signedIn }, { images }: ImageResolver) => images.checkUpload(signedIn?.roles ?? [], input))
  @Mutation(() => CreateUploadPayload, {
    description:
      'Prepares the upload of an image. Send the file to the returned URL, then pass the image’s ID to the mutation that uses it. Unused uploads are deleted after a day.',
  })
  createUpload(
    @Arg('input', () => CreateUploadInput, { description: 'The image to upload.' }) input: CreateUploadInput,
    @Ctx() context: RequestContext,
  ) {
    return payload(async () => ({ upload: await this.images.createUpload(context.requireSignedIn(), input) }));
  }
}

@Resolver(() => Upload)
export class UploadResolver {
  @FieldResolver(() => ID, {
    description: 'ID of the image, to be passed as `imageIds` or `avatarId` once the file is uploaded. Only the uploader can use it.',
  })
  imageId(@Root() { image }: UploadSlot): string {
    return toGlobalId('Image', image._id);
  }
}

function requireSide(side: number | null | undefined, argument: string): void {
  if (side === null || side === undefined || (side >= 1 && side <= longestSide)) return;
  throw new RequestError('BAD_USER_INPUT', `${argument} must be from 1 to ${longestSide}.`, argument);
}
