/**
 * Answers in the encodings that clients take. What stays the same of an answer is compressed once and kept beside it; what
 * is of one request is appended as it is. Sources: RFC 1951, 3.2.4 (stored blocks); RFC 1952 (gzip); RFC 7932, 9.2 (brotli).
 */
import { brotliCompressSync, constants, crc32, deflateRawSync, gzipSync } from 'node:zlib';
import Negotiator from 'negotiator';

export type Encoding = 'br' | 'gzip';

const smallest = 1_024;
const brotliQuality = 5;
const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** A last block of brotli that has nothing in it. */
const brotliEnd = Buffer.from([0x03]);
const largestAppended = 0xffff;
const knownHeaders = 200;

export class Compression {
  private readonly compressed = new WeakMap<Buffer, Partial<Record<Encoding, Buffer>>>();
  private readonly encodings = new Map<string, Encoding | null>();

  /** The encoding that a client likes best; null where it takes none, or the answer is too short to gain anything. */
  encodingFor(acceptEncoding: string | undefined, { length }: Buffer): Encoding | null {
    if (acceptEncoding === undefined || length < smallest) return null;
    const known = this.encodings.get(acceptEncoding);
    if (known !== undefined) return known;
    const negotiator = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } });
    const best = negotiator.encodings(['br', 'gzip', 'identity'])[0];
    const encoding = best === 'br' || best === 'gzip' ? best : null;
    if (this.encodings.size < knownHeaders) this.encodings.set(acceptEncoding, encoding);
    return encoding;
  }

  /** @param kept what is compressed once @param own what follows it in this answer, at most 65,535 bytes */
  encode(encoding: Encoding, kept: Buffer, own: Buffer): Buffer {
    if (own.length > largestAppended) throw new RangeError('Too much to append.');
    const start = this.startOf(encoding, kept);
    return encoding === 'br' ? Buffer.concat([start, brotliStored(own), own, brotliEnd]) : gzip(start, kept, own);
  }

  /** An answer that is of one request as a whole, so that nothing of it is kept. */
  encodeOnce(encoding: Encoding, answer: Buffer): Buffer {
    return encoding === 'br' ? brotliCompressSync(answer, { params: brotliParams(answer) }) : gzipSync(answer);
  }

  private startOf(encoding: Encoding, kept: Buffer): Buffer {
    const all = this.compressed.get(kept) ?? {};
    this.compressed.set(kept, all);
    return (all[encoding] ??= encoding === 'br' ? brotli(kept) : deflateRawSync(kept, { finishFlush: constants.Z_SYNC_FLUSH }));
  }
}

function brotli(kept: Buffer): Buffer {
  return brotliCompressSync(kept, { finishFlush: constants.BROTLI_OPERATION_FLUSH, params: brotliParams(kept) });
}

function brotliParams({ length }: Buffer): Record<number, number> {
  return { [constants.BROTLI_PARAM_QUALITY]: brotliQuality, [constants.BROTLI_PARAM_SIZE_HINT]: length };
}

/** The head of a block of brotli that is not compressed: not the last, four nibbles of its length less one, a flag. */
function brotliStored({ length }: Buffer): Buffer {
  const head = Buffer.alloc(3);
  head.writeUIntLE(((length - 1) << 3) | (1 << 19), 0, 3);
  return head;
}

function gzip(start: Buffer, kept: Buffer, own: Buffer): Buffer {
  const stored = Buffer.alloc(5);
  stored[0] = 1;
  stored.writeUInt16LE(own.length, 1);
  stored.writeUInt16LE(~own.length & 0xffff, 3);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(own, crc32(kept)), 0);
  trailer.writeUInt32LE((kept.length + own.length) >>> 0, 4);
  return Buffer.concat([gzipHeader, start, stored, own, trailer]);
}
