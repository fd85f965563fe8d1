/** Requests over HTTP where only trusted documents run: whatever reads them afterwards finds the document's text. */
import type { FastifyRequest } from 'fastify';
import { isObject, type TrustedDocuments } from '../graphql/trusted-documents.js';

/** Puts the document in place of what names it. @throws RequestError DOCUMENT_NOT_TRUSTED */
export function resolveDocument(request: FastifyRequest, trusted: TrustedDocuments): void {
  if (request.method !== 'GET') {
    request.body = trusted.resolve(isObject(request.body) ? request.body : {});
    return;
  }
  const given = { ...(request.query as Record<string, unknown>) };
  const resolved = trusted.resolve({ ...given, extensions: parsed(given['extensions']) });
  const { extensions, ...rest } = resolved as Record<string, unknown>;
  const hasExtensions = isObject(extensions) && Object.keys(extensions).length > 0;
  const query = hasExtensions ? { ...rest, extensions: JSON.stringify(extensions) } : rest;
  request.query = query;
  // Apollo Server reads the address itself.
  const path = request.url.split('?', 1)[0]!;
  request.raw.url = `${path}?${new URLSearchParams(query as Record<string, string>).toString()}`;
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
