/** `PUT /uploads/<id>` takes what clients upload, and `GET /images/<id>/<variant>` serves images in sizes and formats. */
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';

interface Grant {
  expires: number;
  signature: string;
}

interface SentUpload {
  id: string;
  grant: Grant;
  contentType: string;
  byteSize: number;
  body: Readable;
}

interface ServedImage {
  contentType: string;
  etag: string;
  isPrivate: boolean;
  bytes(): Promise<Buffer>;
}

type UploadOutcome = 'STORED' | 'FORBIDDEN' | 'WRONG_TYPE' | 'WRONG_SIZE' | 'USED';

export interface ImageRouteOptions {
  images: {
    receive(upload: SentUpload): Promise<UploadOutcome>;
    /** @returns null where there is no such image for who asks */
    variant(id: string, name: string, grant: Grant | null): Promise<ServedImage | null>;
  };
}

/** Where clients send uploads to; pages of allowed origins may, too. */
export const uploadPath = '/uploads/';

type Signed = Partial<Record<'expires' | 'signature', string>>;

const outcomes: Record<UploadOutcome, { status: number; code: string; message: string }> = {
  STORED: { status: 200, code: '', message: '' },
  FORBIDDEN: { status: 403, code: 'FORBIDDEN', message: 'This upload URL is not valid, or has expired. Create another upload.' },
  WRONG_TYPE: { status: 415, code: 'BAD_USER_INPUT', message: 'Send the headers that createUpload answered.' },
  WRONG_SIZE: { status: 400, code: 'BAD_USER_INPUT', message: 'The file does not have the size that was announced.' },
  USED: { status: 409, code: 'CONFLICT', message: 'This upload is complete.' },
};

export async function serveImages(fastify: FastifyInstance, { images }: ImageRouteOptions): Promise<void> {
  await fastify.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // Never in memory as a whole: the body goes to the disk as it comes.
    scope.addContentTypeParser('*', (_request, body, done) => done(null, body));
    scope.put<{ Params: { id: string }; Querystring: Signed }>(`${uploadPath}:id`, { config: { points: 50 } }, async (request, reply) => {
      const { headers, params, query } = request;
      const outcome = await images.receive({
        id: params.id,
        grant: grantOf(query) ?? { expires: 0, signature: '' },
        contentType: headers['content-type'] ?? '',
        byteSize: Number(headers['content-length'] ?? -1),
        body: request.body as Readable,
      });
      const { status, code, message } = outcomes[outcome];
      if (outcome === 'STORED') return reply.status(status).send();
      // What is not read stays on the connection, which is of no more use then.
      return reply
        .status(status)
        .header('connection', 'close')
        .send({ errors: [{ message, extensions: { code } }] });
    });
  });
  const variant = { config: { points: 20 } };
  fastify.get<{ Params: { id: string; variant: string }; Querystring: Signed }>('/images/:id/:variant', variant, async (request, reply) => {
    const { id, variant } = request.params;
    const image = await images.variant(id, variant, grantOf(request.query));
    if (!image) return reply.status(404).header('cache-control', 'no-store').type('text/plain').send('There is no such image.\n');
    describeImage(reply, image);
    if (request.headers['if-none-match']?.includes(image.etag)) return reply.status(304).send();
    return reply.send(await image.bytes());
  });
}

function describeImage(reply: FastifyReply, { contentType, etag, isPrivate }: ServedImage): void {
  void reply
    .type(contentType)
    .header('etag', etag)
    .header('cache-control', isPrivate ? 'private, no-store' : 'public, max-age=31536000, immutable')
    .header('content-security-policy', "default-src 'none'; sandbox")
    .header('x-content-type-options', 'nosniff')
    // Shops show images on pages of their own origin.
    .header('cross-origin-resource-policy', 'cross-origin');
}

function grantOf({ expires, signature }: Signed): Grant | null {
  return typeof expires === 'string' && typeof signature === 'string' ? { expires: Number(expires), signature } : null;
}
