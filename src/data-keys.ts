/**
 * Encryption of what must not be readable in the store, and keyed digests to look it up by. Keys can be rotated: the
 * first seals, all of them open. Each key is used through subkeys, one for each purpose (HKDF, RFC 5869).
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

export interface DataKey {
  /** Names the key in what it sealed. */
  id: string;
  secret: string;
}

const algorithm = 'aes-256-gcm';
const nonceLength = 12;
const tagLength = 16;

interface Subkeys {
  id: string;
  sealing: Buffer;
  digesting: Buffer;
}

export class DataKeys {
  private readonly keys: Subkeys[];

  /** @param keys the current key first, then those that only open what they once sealed */
  constructor(keys: readonly DataKey[]) {
    const subkey = (secret: string, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', `plaza ${purpose}`, 32));
    this.keys = keys.map(({ id, secret }) => ({ id, sealing: subkey(secret, 'sealing'), digesting: subkey(secret, 'digests') }));
  }

  /** The id of the key that seals. */
  get currentId(): string {
    return this.keys[0]!.id;
  }

  /** The ids of the other keys. */
  get earlierIds(): string[] {
    return this.keys.slice(1).map(({ id }) => id);
  }

  /** @param context what it is: sealed text opens as that and nothing else */
  seal(text: string, context: string): string {
    const { id, sealing } = this.keys[0]!;
    const nonce = randomBytes(nonceLength);
    const cipher = createCipheriv(algorithm, sealing, nonce).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${id}.${sealed.toString('base64url')}`;
  }

  /** @throws Error for text that was changed, is of another context, or was sealed with a key that is gone */
  open(sealed: string, context: string): string {
    const id = sealed.slice(0, sealed.indexOf('.'));
    const key = this.keys.find((candidate) => candidate.id === id);
    if (!key) throw new Error(`The key "${id}" is not among ENCRYPTION_KEYS.`);
    const bytes = Buffer.from(sealed.slice(id.length + 1), 'base64url');
    const decipher = createDecipheriv(algorithm, key.sealing, bytes.subarray(0, nonceLength))
      .setAAD(Buffer.from(context))
      .setAuthTag(bytes.subarray(-tagLength));
    return Buffer.concat([decipher.update(bytes.subarray(nonceLength, -tagLength)), decipher.final()]).toString('utf8');
  }

  /** The digest of a text under the current key. The same text has the same digest. */
  digest(text: string, purpose: string): Buffer {
    return digestWith(this.keys[0]!, text, purpose);
  }

  /** The digests of a text under every key, the current one first: something may have been kept by any of them. */
  digests(text: string, purpose: string): Buffer[] {
    return this.keys.map((key) => digestWith(key, text, purpose));
  }

  /** A token for a link, made of a text and its digest, so that nothing of it is stored. @param text letters, digits and `_.-`, up to 100 */
  tokenFor(text: string, purpose: string): string {
    return `${text}.${this.digest(text, purpose).toString('base64url')}`;
  }

  /** The text of a token; null for one that was not made here. It takes as long whatever is wrong. */
  textIn(token: string, purpose: string): string | null {
    const match = /^([\w.-]{1,100})\.([\w-]{43})$/.exec(token);
    if (!match) return null;
    const [, text, given] = match as unknown as [string, string, string];
    // As written: the last digit has bits that no byte holds.
    const isRight = this.digests(text, purpose).map((digest) =>
      timingSafeEqual(Buffer.from(given), Buffer.from(digest.toString('base64url'))),
    );
    return isRight.includes(true) ? text : null;
  }
}

function digestWith({ digesting }: Subkeys, text: string, purpose: string): Buffer {
  return createHmac('sha256', digesting).update(`${purpose}\n${text}`).digest();
}
