/** The sizes and formats in which images are served: a bounded set, so that nobody can have the server make others. */

export const imageFormats = ['WEBP', 'AVIF', 'JPEG', 'PNG'] as const;
export type ImageFormat = (typeof imageFormats)[number];

/** Lengths of a side in pixels. */
export const imageSides = [64, 128, 256, 384, 512, 768, 1024, 1536, 2048] as const;
export const largestSide = 2048;

export interface Variant {
  width: number;
  /** Where there is one, the image is cropped to it. */
  height: number | null;
  format: ImageFormat;
}

const extensions: Record<ImageFormat, string> = { WEBP: 'webp', AVIF: 'avif', JPEG: 'jpg', PNG: 'png' };

export const imageTypes: Record<ImageFormat, string> = {
  WEBP: 'image/webp',
  AVIF: 'image/avif',
  JPEG: 'image/jpeg',
  PNG: 'image/png',
};

/** The smallest served side that is at least as long; the largest for what is longer. */
export function servedSide(asked: number): number {
  return imageSides.find((side) => side >= asked) ?? largestSide;
}

/** A variant's file name, such as `512x384.webp`. */
export function variantName({ width, height, format }: Variant): string {
  return `${width}${height === null ? '' : `x${height}`}.${extensions[format]}`;
}

/** @returns null for a name that no variant has */
export function parseVariant(name: string): Variant | null {
  const match = /^(\d{2,4})(?:x(\d{2,4}))?\.(webp|avif|jpg|png)$/.exec(name);
  if (!match) return null;
  const format = imageFormats.find((candidate) => extensions[candidate] === match[3])!;
  const width = Number(match[1]);
  const height = match[2] === undefined ? null : Number(match[2]);
  const served = (side: number): boolean => imageSides.some((known) => known === side);
  return served(width) && (height === null || served(height)) ? { width, height, format } : null;
}
