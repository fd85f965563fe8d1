/** What is made of uploaded images: they are checked by their content, and encoded anew without what cameras note. */
import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp';
import { RateLimited } from '../errors.js';
import { message, toMessage, translate, type Message } from '../messages/index.js';
import { imageTypes, largestSide, type ImageFormat, type Variant } from './variants.js';

/** Why an upload cannot be used. */
export class UnusableImage extends Error {
  constructor(
    readonly code: 'TOO_LARGE' | 'UNSUPPORTED_IMAGE',
    readonly reason: Message,
  ) {
    super(translate(reason, 'en'));
  }
}

export interface ProcessedImage {
  /** WebP, at most `largestSide` in each direction. */
  bytes: Buffer;
  width: number;
  height: number;
  digest: string;
}

/** A small file may unpack into more than any machine's memory. */
const maxPixels = 50_000_000;
const maxSeconds = 15;
const maxWaiting = 100;

/** Decoding runs on threads of its own; with more at once than this, everything else would wait. */
const atOnce = 2;

const input: SharpOptions = { limitInputPixels: maxPixels, failOn: 'error', sequentialRead: true, pages: 1 };

const typesByFormat: Partial<Record<string, string>> = {
  jpeg: imageTypes.JPEG,
  png: imageTypes.PNG,
  webp: imageTypes.WEBP,
  avif: imageTypes.AVIF,
};

export const acceptedTypes = Object.values(imageTypes);

export class ImageProcessor {
  private readonly limit = pLimit(atOnce);
  /** How many drawings are being made, for which alone SVG is read. */
  private drawing = 0;

  constructor() {
    sharp.cache(false);
    sharp.concurrency(1);
    sharp.block({ operation: ['VipsForeignLoad'] });
    sharp.unblock({ operation: acceptedLoaders });
  }

  /**
   * An image as it is kept: upright, in sRGB, of bounded size, with nothing but its pixels.
   * @param contentType what it was declared as
   * @throws UnusableImage, RateLimited while too many wait
   */
  process(bytes: Buffer, contentType: string): Promise<ProcessedImage> {
    return this.whenFree(async () => {
      await check(bytes, contentType);
      const upright = sharp(bytes, input)
        .timeout({ seconds: maxSeconds })
        .autoOrient()
        .resize({ width: largestSide, height: largestSide, fit: 'inside', withoutEnlargement: true });
      return encode(upright).catch((error: unknown) => {
        throw unreadable(error);
      });
    });
  }

  /** Draws a picture that the program itself describes, such as the demo shop's. */
  draw(svg: string): Promise<ProcessedImage> {
    return this.whenFree(async () => {
      if (this.drawing++ === 0) sharp.unblock({ operation: [svgLoader] });
      try {
        return await encode(sharp(Buffer.from(svg)));
      } finally {
        if (--this.drawing === 0) sharp.block({ operation: [svgLoader] });
      }
    });
  }

  /** @throws RateLimited while too many wait */
  vary(original: Buffer, { width, height, format }: Variant): Promise<Buffer> {
    return this.whenFree(async () => {
      const resized = sharp(original, input)
        .timeout({ seconds: maxSeconds })
        .resize({ width, ...(height !== null && { height }), fit: height === null ? 'inside' : 'cover', withoutEnlargement: true });
      return encoders[format](resized).toBuffer();
    });
  }

  private whenFree<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.limit.pendingCount >= maxWaiting) throw new RateLimited(1);
    return this.limit(work);
  }
}

const encoders: Record<ImageFormat, (image: Sharp) => Sharp> = {
  WEBP: (image) => image.webp({ quality: 80, effort: 3 }),
  AVIF: (image) => image.avif({ quality: 55, effort: 2 }),
  JPEG: (image) => image.flatten({ background: '#ffffff' }).jpeg({ quality: 82, progressive: true }),
  PNG: (image) => image.png({ compressionLevel: 8 }),
};

async function encode(image: Sharp): Promise<ProcessedImage> {
  const { data, info } = await image.webp({ quality: 90, effort: 1 }).toBuffer({ resolveWithObject: true });
  return {
    bytes: data,
    width: info.width,
    height: info.height,
    digest: createHash('sha256').update(data).digest('base64url').slice(0, 22),
  };
}

/** libvips can read much that no shop needs, and every reader is a way in. */
const acceptedLoaders = ['Jpeg', 'Png', 'Webp', 'Heif'].map((format) => `VipsForeignLoad${format}Buffer`);
const svgLoader = 'VipsForeignLoadSvgBuffer';

async function check(bytes: Buffer, contentType: string): Promise<void> {
  const metadata = await sharp(bytes, { ...input, pages: undefined })
    .metadata()
    .catch((error: unknown) => {
      throw unreadable(error);
    });
  const type = typesByFormat[formatOf(metadata)];
  if (!type) throw new UnusableImage('UNSUPPORTED_IMAGE', toMessage('Send a JPEG, PNG, WebP or AVIF image.'));
  if (type !== contentType)
    throw new UnusableImage(
      'UNSUPPORTED_IMAGE',
      message('This file was announced as {announced} but is {type}.', { announced: contentType, type }),
    );
  if (metadata.width * metadata.height > maxPixels) throw tooManyPixels();
  if ((metadata.pages ?? 1) > 1 || isAnimatedPng(bytes))
    throw new UnusableImage('UNSUPPORTED_IMAGE', toMessage('Animated images are not accepted.'));
  if (isSomethingElseToo(bytes)) throw new UnusableImage('UNSUPPORTED_IMAGE', toMessage('This file contains more than an image.'));
}

function formatOf({ format, compression }: Metadata): string {
  return (format as string) === 'heif' && compression === 'av1' ? 'avif' : format;
}

/** The chunk that makes a PNG move stands before its first pixels. */
function isAnimatedPng(bytes: Buffer): boolean {
  if (!bytes.subarray(1, 4).equals(Buffer.from('PNG'))) return false;
  const pixels = bytes.indexOf('IDAT');
  return bytes.subarray(0, Math.max(0, pixels)).includes('acTL');
}

const foreignMarks = ['<script', '<html', '<?php', '<!doctype', '%PDF-'];
const zipEnd = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
const maxZipEnd = 22 + 65_535;

/** Whether other programs would take the file for a page, a document or an archive. */
function isSomethingElseToo(bytes: Buffer): boolean {
  return foreignMarks.some((mark) => bytes.includes(mark)) || bytes.subarray(-maxZipEnd).includes(zipEnd);
}

function tooManyPixels(): UnusableImage {
  return new UnusableImage('TOO_LARGE', message('An image can have at most {max, number} million pixels.', { max: maxPixels / 1_000_000 }));
}

function unreadable(error: unknown): UnusableImage {
  if (/pixel limit/i.test(String(error))) return tooManyPixels();
  return new UnusableImage('UNSUPPORTED_IMAGE', toMessage('This is not a JPEG, PNG, WebP or AVIF image, or it is broken.'));
}
