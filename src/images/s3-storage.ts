/** Keeps images in an S3-compatible store. Clients send uploads there by themselves, to presigned addresses. */
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

/** What is asked of the store throws RequestError IMAGES_UNAVAILABLE while it cannot do it. */
export class S3Storage implements ImageStorage {
  private readonly opened = openOnce(() => this.open());

  /** @param onFailure told why the store did not do what it was asked */
  constructor(
    private readonly options: S3Options,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  async read(key: string, maxBytes: number): Promise<Buffer | null> {
    const { client, sdk } = await this.client();
    return this.asked(async () => {
      try {
        const { Body, ContentLength = 0 } = await client.send(new sdk.GetObjectCommand({ Bucket: this.options.bucket, Key: key }));
        if (ContentLength > maxBytes) {
          (Body as { destroy?: () => void } | undefined)?.destroy?.();
          throw new TooManyBytes(maxBytes);
        }
        return Body ? Buffer.from(await Body.transformToByteArray()) : null;
      } catch (error) {
        if (error instanceof sdk.NoSuchKey) return null;
        throw error;
      }
    });
  }

  async write(key: string, bytes: Buffer, contentType: string): Promise<void> {
    const { client, sdk } = await this.client();
    const object = { Bucket: this.options.bucket, Key: key, Body: bytes, ContentType: contentType };
    await this.asked(() => client.send(new sdk.PutObjectCommand(object)));
  }

  async remove(key: string): Promise<void> {
    const { client, sdk } = await this.client();
    await this.asked(() => client.send(new sdk.DeleteObjectCommand({ Bucket: this.options.bucket, Key: key })));
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

  private async asked<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof TooManyBytes) throw error;
      this.onFailure(error);
      throw new RequestError('IMAGES_UNAVAILABLE', 'Images cannot be read or kept at the moment. Try again later.');
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
