/** `GET /s/<code>`: counts the visit of a shared link, and leads on to the product. */
import type { FastifyInstance, FastifyRequest } from 'fastify';

export interface ShortLinkOptions {
  /** Milliseconds for which a browser counts as the same visitor. */
  visitorCookieLifetime: number;
  /** Whether browsers are recognised only where somebody agreed. */
  consentRequired: boolean;
  productUrlOf: (slug: string) => string;
  /** @returns null for a link that leads nowhere */
  followShare: (code: string, visitor: ShareVisitor) => Promise<FollowedShare | null>;
}

interface FollowedShare {
  slug: string;
  /** Whether the product is in the shop no more. */
  archived: boolean;
  token: string | null;
  visitor: string | null;
}

interface ShareVisitor {
  address: string;
  userAgent: string;
  known: string | null;
  prefetching: boolean;
}

const cookieName = 'plaza_visitor';

/** @param addressOf the network behind a request */
export function serveShortLinks(
  fastify: FastifyInstance,
  options: ShortLinkOptions,
  addressOf: (request: FastifyRequest['raw']) => string,
): void {
  fastify.get<{ Params: { code: string } }>('/s/:code', { exposeHeadRoute: false, config: { points: 10 } }, async (request, reply) => {
    const { headers, cookies } = request;
    const signed = cookies[cookieName] ? request.unsignCookie(cookies[cookieName]) : null;
    const followed = await options.followShare(request.params.code, {
      address: addressOf(request.raw),
      userAgent: headers['user-agent'] ?? '',
      known: signed?.valid ? signed.value : null,
      prefetching: [headers['sec-purpose'], headers['purpose']].some((purpose) => String(purpose ?? '').includes('prefetch')),
    });
    if (!followed) return reply.status(404).type('text/plain').send('This link does not exist or was deleted.\n');
    if (followed.archived) return reply.status(410).type('text/plain').send('This product is no longer available.\n');
    // Without asking, nothing is kept in the browser: the visit then counts by a digest of address and browser alone.
    if (followed.visitor && !options.consentRequired)
      reply.setCookie(cookieName, followed.visitor, {
        signed: true,
        httpOnly: true,
        sameSite: 'lax',
        secure: 'auto',
        path: '/s/',
        maxAge: options.visitorCookieLifetime / 1000,
      });
    const url = new URL(options.productUrlOf(followed.slug));
    if (followed.token) url.searchParams.set('share', followed.token);
    // Browsers must come by again, or the next visit would not be counted.
    return reply.header('cache-control', 'no-store').redirect(url.href, 302);
  });
  // A link's preview asks for the head only; that is nobody's visit.
  fastify.head<{ Params: { code: string } }>('/s/:code', async (_request, reply) => reply.status(200).send());
}
