/** Keeps images in an S3-compatible store. Clients send uploads there by themselves, to presigned addresses. */
import type { Readable } from 'node:stream';
import type * as sdkTypes from '@aws-sdk/client-s3';
import { RequestError } from '../errors.js';
import { openOnce } from '../open-once.js';
import { TooManyBytes, type ImageStorage, type UploadDescription, type UploadTarget } from './storage.js';

export interface S3Options {
  bucket: string;
  region: string;
  /** Undefined for AWS itself. */
  endpoint: string | undefined;
  /** Undefined where the SDK finds them, such as by the machine's role. */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** Whether the bucket stands in the path and not in the host name. */
  pathStyle: boolean;
}

/** Milliseconds; without them the SDK waits for ever for a store that says nothing. */
const waiting = { connectionTimeout: 2_000, requestTimeout: 5_000, socketTimeout: 5_000, throwOnRequestTimeout: true } as const;
const maxAttempts = 2;
/** Milliseconds that all of it may take, also where the store says a little again and again. */
const longest = 15_000;

/** What is asked of the store throws RequestError IMAGES_UNAVAILABLE while it cannot do it. */
export class S3Storage implements ImageStorage {
  private readonly opened = openOnce(() => this.open());

  /**
   * @param onFailure told why the store did not do what it was asked
   * @param timeout milliseconds for one thing that is asked
   */
  constructor(
    private readonly options: S3Options,
    private readonly onFailure: (error: unknown) => void,
    private readonly timeout = longest,
  ) {}

  async read(key: string, maxBytes: number): Promise<Buffer | null> {
    const { client, sdk } = await this.client();
    return this.asked(async (abortSignal) => {
      try {
        const object = { Bucket: this.options.bucket, Key: key };
        const { Body } = await client.send(new sdk.GetObjectCommand(object), { abortSignal });
        return Body ? await bytesOf(Body as Readable, maxBytes) : null;
      } catch (error) {
        if (error instanceof sdk.NoSuchKey) return null;
        throw error;
      }
    });
  }

  async write(key: string, bytes: Buffer, contentType: string): Promise<void> {
    const { client, sdk } = await this.client();
    const object = { Bucket: this.options.bucket, Key: key, Body: bytes, ContentType: contentType };
    await this.asked((abortSignal) => client.send(new sdk.PutObjectCommand(object), { abortSignal }));
  }

  async remove(key: string): Promise<void> {
    const { client, sdk } = await this.client();
    const object = { Bucket: this.options.bucket, Key: key };
    await this.asked((abortSignal) => client.send(new sdk.DeleteObjectCommand(object), { abortSignal }));
  }

  async uploadTarget({ key, contentType, byteSize, lifetime }: UploadDescription): Promise<UploadTarget> {
    const { client, sdk } = await this.client();
    const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
    const command = new sdk.PutObjectCommand({
      Bucket: this.options.bucket,
      Key: key,
      ContentType: contentType,
      ContentLength: byteSize,
    });
    // Signed, so that the address takes nothing else.
    const signableHeaders = new Set(['content-type', 'content-length']);
    const url = await getSignedUrl(client, command, { expiresIn: lifetime, signableHeaders });
    return { url, headers: { 'content-type': contentType } };
  }

  private async asked<Answer>(work: (abortSignal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.timeout);
    try {
      return await work(late.signal);
    } catch (error) {
      if (error instanceof TooManyBytes) throw error;
      this.onFailure(late.signal.aborted ? new Error('The image store took too long.', { cause: error }) : error);
      throw new RequestError('IMAGES_UNAVAILABLE', 'Images cannot be read or kept at the moment. Try again later.');
    } finally {
      clearTimeout(timer);
    }
  }

  private client(): ReturnType<S3Storage['open']> {
    return this.opened.current();
  }

  /** Loaded where it is used, since starting without it is faster. */
  private async open(): Promise<{ client: sdkTypes.S3Client; sdk: typeof sdkTypes }> {
    const sdk = await import('@aws-sdk/client-s3');
    const { region, endpoint, credentials, pathStyle } = this.options;
    const client = new sdk.S3Client({
      region,
      forcePathStyle: pathStyle,
      requestHandler: waiting,
      maxAttempts,
      // Other stores than AWS do not all know the newer checksums.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      ...(endpoint && { endpoint }),
      ...(credentials && { credentials }),
    });
    return { client, sdk };
  }
}

/** Counted as they come: a store need not say how many there are, and may say too few. */
async function bytesOf(body: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new TooManyBytes(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
