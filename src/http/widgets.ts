/** `GET /widgets.js`: the script that shops include for ratings, reviews and questions on their pages. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import Negotiator from 'negotiator';

/** Beside the compiled server; `npm run build` makes it. */
const file = new URL('../../dist/widgets.js', import.meta.url);

type Encoding = 'br' | 'gzip' | 'identity';

interface Script {
  etag: string;
  bodies: Record<Encoding, Buffer>;
}

export async function serveWidgets(fastify: FastifyInstance): Promise<void> {
  const script = await readScript();
  fastify.get('/widgets.js', async (request, reply) => {
    if (!script) return reply.status(404).type('text/plain').send('The widgets are not built. Run "npm run build".\n');
    const encoding = (new Negotiator(request.raw).encoding(['br', 'gzip', 'identity']) ?? 'identity') as Encoding;
    const etag = `"${script.etag}-${encoding}"`;
    void reply
      .type('text/javascript; charset=utf-8')
      .header('etag', etag)
      .header('vary', 'Accept-Encoding')
      .header('cache-control', 'public, max-age=3600, stale-while-revalidate=86400')
      .header('access-control-allow-origin', '*')
      .header('cross-origin-resource-policy', 'cross-origin');
    if (request.headers['if-none-match']?.includes(etag)) return reply.status(304).send();
    if (encoding !== 'identity') void reply.header('content-encoding', encoding);
    return reply.send(script.bodies[encoding]);
  });
}

async function readScript(): Promise<Script | null> {
  const identity = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!identity) return null;
  const [br, gz] = await Promise.all([promisify(brotliCompress)(identity), promisify(gzip)(identity)]);
  return { etag: createHash('sha256').update(identity).digest('base64url').slice(0, 22), bodies: { br, gzip: gz, identity } };
}
