import { Field, InputType, Int, registerEnumType } from 'type-graphql';
import { WebAddress } from '../../input/web-address.js';
import { field, From, ObjectType, payloadType } from '../../relay/output.js';
import type { UploadSlot } from './image.service.js';
import type { ShownImage } from './shown-images.js';

export enum UploadPurpose {
  PRODUCT = 'PRODUCT',
  REVIEW = 'REVIEW',
  AVATAR = 'AVATAR',
}

registerEnumType(UploadPurpose, {
  name: 'UploadPurpose',
  description: 'What an uploaded image is for.',
  valuesConfig: {
    PRODUCT: { description: 'An image of a product. Requires the role `MERCHANT` or `ADMIN`.' },
    REVIEW: { description: 'An image in a review.' },
    AVATAR: { description: 'A user’s avatar.' },
  },
});

export enum ImageFileFormat {
  WEBP = 'WEBP',
  AVIF = 'AVIF',
  JPEG = 'JPEG',
  PNG = 'PNG',
}

registerEnumType(ImageFileFormat, {
  name: 'ImageFormat',
  description: 'A file format of images.',
  valuesConfig: {
    WEBP: { description: 'WebP, which every current browser shows.' },
    AVIF: { description: 'AVIF: smaller files, and slower to create on the first request.' },
    JPEG: { description: 'JPEG, for email and old clients. Transparency becomes white.' },
    PNG: { description: 'PNG, without loss. Large files.' },
  },
});

@ObjectType({ description: 'An image of a product or review, or a user’s avatar.' })
export class Image extends From<ShownImage> {
  @Field(() => String, { nullable: true, description: 'Text to show in place of the image, for screen readers. Null if it has none.' })
  altText!: string | null;

  @Field(() => Int, { nullable: true, description: 'Width of the largest variant, in pixels. Null for images at an external address.' })
  width!: number | null;

  @Field(() => Int, { nullable: true, description: 'Height of the largest variant, in pixels. Null for images at an external address.' })
  height!: number | null;
}

@ObjectType({ description: 'An HTTP header to send with an upload.' })
export class UploadHeader {
  @Field(() => String, { description: 'The name of the header.' })
  name!: string;

  @Field(() => String, { description: 'The value of the header.' })
  value!: string;
}

@ObjectType({ description: 'Where to upload an image, and how.' })
export class Upload extends From<UploadSlot> {
  @Field(() => WebAddress, { description: 'Where to send the file. Anyone who knows the URL can upload until it expires.' })
  url!: string;

  @Field(() => String, { description: 'The HTTP method, `PUT`. The body of the request is the file.' })
  method!: string;

  @Field(() => [UploadHeader], { description: 'Headers that the request must have, each header once.' })
  headers!: UploadHeader[];

  @Field(() => Date, { description: 'When the URL stops working.' })
  expiresAt!: Date;
}

@InputType({ description: 'An image to upload.' })
export class CreateUploadInput {
  @Field(() => UploadPurpose, { description: 'What the image is for. It can’t be used for anything else.' })
  purpose!: UploadPurpose;

  @Field(() => String, { description: 'Media type of the file: `image/jpeg`, `image/png`, `image/webp` or `image/avif`.' })
  contentType!: string;

  @Field(() => Int, { description: 'Exact size of the file in bytes.' })
  byteSize!: number;

  @Field(() => String, {
    nullable: true,
    description: 'Text to show in place of the image, up to 300 characters. None when left out. Not for avatars.',
  })
  altText?: string | null;
}

export const CreateUploadPayload = payloadType('CreateUploadPayload', 'Result of creating an upload.', {
  upload: field(() => Upload, 'Where to upload the image.'),
});
