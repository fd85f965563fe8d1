/** Which host a request says that it is for (RFC 9112, section 3.2). */
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { RequestError } from '../errors.js';

/** HTTP/1.0 needs none. */
const unnamed = 'localhost';

/** A request that names several hosts means another one to each program on its way. */
export function hasOneHost({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 4 && name.toLowerCase() === 'host' && ++hosts > 1) return false;
  }
  return true;
}

/** @throws RequestError for several hosts, and for what is none, also where a proxy names it */
export function requireHost(request: FastifyRequest): void {
  const { headers } = request.raw;
  headers.host ||= unnamed;
  if (!hasOneHost(request.raw)) throw new RequestError('BAD_USER_INPUT', 'The request names several hosts.');
  if (!URL.canParse(`${request.protocol}://${request.hostname}/`)) throw new RequestError('BAD_USER_INPUT', 'The request names no host.');
}
