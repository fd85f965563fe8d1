/** A small S3-compatible store in memory, which checks each request's signature with the SDK's own signer. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';

export const s3Credentials = { accessKeyId: 'plaza-test', secretAccessKey: 'a secret that only the two know' };
const region = 'eu-test-1';

export interface TestS3 {
  url: string;
  region: string;
  objects: Map<string, { bytes: Buffer; contentType: string }>;
  /** Whether it fails, or takes what comes and says nothing. */
  trouble: 'FAILS' | 'HANGS' | null;
  close(): Promise<void>;
}

/** The digest that the signer asks for. */
class Sha256 {
  private readonly hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', toBuffer(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(toBuffer(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
  reset(): void {}
}

function toBuffer(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}

const signer = new SignatureV4({ credentials: s3Credentials, region, service: 's3', sha256: Sha256, uriEscapePath: false });

export async function startS3(): Promise<TestS3> {
  const objects: TestS3['objects'] = new Map();
  const server = createServer((request, response) => void answer(request, response));
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (store.trouble === 'FAILS') return response.writeHead(503).end();
    if (store.trouble === 'HANGS') return;
    const bytes = Buffer.concat(chunks);
    const key = new URL(request.url!, 'http://s3').pathname;
    if (!(await isSigned(request, bytes))) return response.writeHead(403).end('<Error><Code>SignatureDoesNotMatch</Code></Error>');
    if (request.method === 'PUT') objects.set(key, { bytes, contentType: request.headers['content-type'] ?? '' });
    if (request.method === 'DELETE') objects.delete(key);
    if (request.method !== 'GET') return response.writeHead(request.method === 'PUT' ? 200 : 204).end();
    const object = objects.get(key);
    if (!object) return response.writeHead(404, { 'content-type': 'application/xml' }).end('<Error><Code>NoSuchKey</Code></Error>');
    return response.writeHead(200, { 'content-type': object.contentType, 'content-length': object.bytes.length }).end(object.bytes);
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const store: TestS3 = { url, region, objects, trouble: null, close };
  return store;
}

async function isSigned(request: IncomingMessage, bytes: Buffer): Promise<boolean> {
  const { pathname, searchParams } = new URL(request.url!, 'http://s3');
  const query = Object.fromEntries(searchParams);
  const presigned = query['X-Amz-Signature'];
  const authorization = request.headers.authorization ?? '';
  const given = presigned ?? /Signature=([0-9a-f]+)/.exec(authorization)?.[1] ?? '';
  const signedHeaders = (query['X-Amz-SignedHeaders'] ?? /SignedHeaders=([^,]+)/.exec(authorization)?.[1] ?? '').split(';');
  const headers: Record<string, string> = Object.fromEntries(signedHeaders.map((name) => [name, String(request.headers[name] ?? '')]));
  if (presigned) headers['X-Amz-Content-Sha256'] = 'UNSIGNED-PAYLOAD';
  const date = dateOf(query['X-Amz-Date'] ?? String(request.headers['x-amz-date']));
  const bodyDigest = request.headers['x-amz-content-sha256'];
  if (bodyDigest && !presigned && bodyDigest !== 'UNSIGNED-PAYLOAD' && bodyDigest !== createHash('sha256').update(bytes).digest('hex'))
    return false;
  const unsigned = Object.fromEntries(
    Object.entries(query).filter(
      ([name]) => !/^X-Amz-(Signature|Algorithm|Credential|Date|Expires|SignedHeaders|Content-Sha256)$/.test(name),
    ),
  );
  const again = new HttpRequest({
    method: request.method!,
    protocol: 'http:',
    hostname: '127.0.0.1',
    path: pathname,
    query: unsigned,
    headers,
  });
  if (presigned && date.getTime() + Number(query['X-Amz-Expires']) * 1000 < Date.now()) return false;
  const wanted = presigned
    ? (
        await signer.presign(again, {
          signingDate: date,
          expiresIn: Number(query['X-Amz-Expires']),
          signableHeaders: new Set(signedHeaders),
          unhoistableHeaders: new Set(signedHeaders),
        })
      ).query?.['X-Amz-Signature']
    : /Signature=([0-9a-f]+)/.exec((await signer.sign(again, { signingDate: date })).headers['authorization']!)![1];
  return given.length > 0 && given.length === String(wanted).length && timingSafeEqual(Buffer.from(given), Buffer.from(String(wanted)));
}

function dateOf(text: string): Date {
  return new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
