/** Google's product review feed at an address of its own; who has the latest one gets no second copy. */
import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';

export interface ReviewFeedOptions {
  reviewFeed: () => Promise<{ etag: string; open: () => Readable }>;
}

export function serveReviewFeed(fastify: FastifyInstance, { reviewFeed }: ReviewFeedOptions): void {
  fastify.get('/feeds/google-product-reviews.xml', { config: { points: 100 } }, async (request, reply) => {
    const { etag, open } = await reviewFeed();
    void reply.header('etag', etag).header('cache-control', 'public, max-age=60');
    const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    if (known?.some((tag) => tag === etag || tag === '*')) return reply.status(304).send();
    return reply.type('application/xml; charset=utf-8').send(open());
  });
}
