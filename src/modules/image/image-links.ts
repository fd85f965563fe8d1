/** The addresses at which images are uploaded and served. Those that not everybody may use are signed and expire. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { parseVariant, servedSide, variantName, largestSide, type ImageFormat, type Variant } from '../../images/index.js';
import { dependsOnMoment } from '../../store/cache/reads.js';
import type { ImageDocument } from './image.model.js';

/** Seconds for which an upload's address works. */
export const uploadLifetime = 15 * 60;
const hiddenLifetime = 10 * 60;

export interface Grant {
  /** Seconds since 1970. */
  expires: number;
  signature: string;
}

export class ImageLinks {
  /**
   * @param publicUrl where clients reach the API
   * @param secrets the first signs, all of them are accepted
   */
  constructor(
    private readonly publicUrl: string,
    private readonly secrets: readonly [string, ...string[]],
  ) {}

  upload({ _id, contentType, byteSize }: ImageDocument): string {
    return this.signed(`/uploads/${_id.toHexString()}`, `${contentType} ${byteSize}`, uploadLifetime);
  }

  /** What is out of sight is served only to who got the address from the API, for a while. */
  variant({ _id, hidden }: ImageDocument, asked: { width?: number | null; height?: number | null; format: ImageFormat }): string {
    const height = asked.height ? servedSide(asked.height) : null;
    const variant: Variant = { width: asked.width ? servedSide(asked.width) : largestSide, height, format: asked.format };
    const path = `/images/${_id.toHexString()}/${variantName(variant)}`;
    return hidden ? this.signed(path, '', hiddenLifetime) : `${this.publicUrl}${path}`;
  }

  allowsUpload({ _id, contentType, byteSize }: ImageDocument, grant: Grant): boolean {
    return this.isSigned(`/uploads/${_id.toHexString()}`, `${contentType} ${byteSize}`, grant);
  }

  allowsHidden({ _id }: ImageDocument, variant: string, grant: Grant): boolean {
    return parseVariant(variant) !== null && this.isSigned(`/images/${_id.toHexString()}/${variant}`, '', grant);
  }

  private signed(path: string, terms: string, lifetime: number): string {
    dependsOnMoment();
    const expires = Math.floor(Date.now() / 1000) + lifetime;
    return `${this.publicUrl}${path}?expires=${expires}&signature=${sign(this.secrets[0], path, terms, expires).toString('base64url')}`;
  }

  private isSigned(path: string, terms: string, { expires, signature }: Grant): boolean {
    if (!(expires * 1000 > Date.now())) return false;
    const given = Buffer.from(signature, 'base64url');
    return this.secrets.some((secret) => {
      const wanted = sign(secret, path, terms, expires);
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    });
  }
}

function sign(secret: string, path: string, terms: string, expires: number): Buffer {
  return createHmac('sha256', secret).update(`image\n${path}\n${terms}\n${expires}`).digest();
}
