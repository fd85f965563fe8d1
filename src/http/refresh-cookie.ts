/** The refresh token in a cookie of the browser's: for clients that keep no token where a script could read it. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TokenCookie } from '../relay/context.js';

const cookieName = 'plaza_refresh';

/**
 * @param path where GraphQL is served: the only place that the cookie is sent to
 * @param secure whether clients reach the API by https
 */
export function refreshCookie(request: FastifyRequest, reply: FastifyReply, path: string, secure: boolean): TokenCookie {
  // Of pages of other sites no request has it, and which pages of this site may call is checked before.
  const options = { httpOnly: true, sameSite: 'strict', secure, path } as const;
  return {
    read: () => request.cookies[cookieName] ?? null,
    write: (token, expires) => void reply.setCookie(cookieName, token, { ...options, expires }),
    clear: () => void reply.clearCookie(cookieName, options),
  };
}
