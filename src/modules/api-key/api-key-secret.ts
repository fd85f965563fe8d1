/** Secrets of API keys: `plz_<ten digits or letters that name the key>_<256 random bits>`. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const form = /^(plz_[0-9a-f]{10})_[\w-]{43}$/;

export interface NewSecret {
  secret: string;
  prefix: string;
  secretHash: string;
}

/** Whether a bearer token claims to be the secret of an API key. */
export function isApiKeySecret(token: string): boolean {
  return token.startsWith('plz_');
}

/** @param random 32 bytes that nobody can guess */
export function newSecret(random: Buffer = randomBytes(32)): NewSecret {
  const prefix = `plz_${randomBytes(5).toString('hex')}`;
  const secret = secretOf(prefix, random);
  return { secret, prefix, secretHash: hashOf(secret) };
}

export function secretOf(prefix: string, random: Buffer): string {
  return `${prefix}_${random.toString('base64url')}`;
}

/** @returns null for what cannot be a secret */
export function prefixOf(secret: string): string | null {
  return form.exec(secret)?.[1] ?? null;
}

/** Takes the same time whether or not there is a key, and however much of the secret is right. */
export function matches(secret: string, known: string | undefined): boolean {
  const hash = Buffer.from(hashOf(secret), 'base64url');
  const equal = timingSafeEqual(hash, known === undefined ? Buffer.alloc(hash.length) : Buffer.from(known, 'base64url'));
  return equal && known !== undefined;
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
