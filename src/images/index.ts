export { acceptedTypes, ImageProcessor, UnusableImage } from './processing.js';
export { DiskStorage, TooManyBytes, type ImageStorage } from './storage.js';
export { S3Storage, type S3Options } from './s3-storage.js';
export { VariantCache } from './variant-cache.js';
export { imageTypes, parseVariant, servedSide, variantName, largestSide, type ImageFormat, type Variant } from './variants.js';
