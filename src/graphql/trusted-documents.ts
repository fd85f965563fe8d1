/**
 * An allow-list of documents: with it, only what the shop's own clients were built with runs, named by its id or sent as
 * it was written. Everything else is refused before it is parsed.
 */
import { createHash } from 'node:crypto';
import { RequestError } from '../errors.js';

/** What a request says of its document, besides the rest. */
export interface NamedDocument {
  query?: unknown;
  /** As the draft of GraphQL over HTTP names a document. */
  documentId?: unknown;
  /** `persistedQuery` names it as Apollo's and graphql-ws' clients do. */
  extensions?: unknown;
}

export class TrustedDocuments {
  private readonly hashes: ReadonlySet<string>;

  constructor(private readonly documents: ReadonlyMap<string, string>) {
    this.hashes = new Set([...documents.values()].map(hashOf));
  }

  /**
   * The document that a request names, or sends as it is listed.
   * @throws RequestError DOCUMENT_NOT_TRUSTED
   */
  textOf(request: NamedDocument): string {
    const { query } = request;
    const id = idOf(request);
    const text = id === null ? query : this.documents.get(id);
    if (typeof text === 'string' && (id !== null || this.hashes.has(hashOf(text)))) return text;
    const message = 'This server runs only the documents that its clients were built with.';
    throw new RequestError('DOCUMENT_NOT_TRUSTED', message, id === null ? 'query' : 'documentId');
  }

  /** The request with its document in place of the id. @throws RequestError DOCUMENT_NOT_TRUSTED */
  resolve<Request extends NamedDocument>(request: Request): Request {
    const { documentId: _, extensions, ...rest } = request;
    const query = this.textOf(request);
    if (!isObject(extensions) || !('persistedQuery' in extensions)) return { ...rest, extensions, query } as Request;
    const { persistedQuery: __, ...others } = extensions;
    return { ...rest, extensions: others, query } as Request;
  }
}

function idOf({ documentId, extensions }: NamedDocument): string | null {
  if (typeof documentId === 'string') return documentId;
  const persisted = isObject(extensions) ? extensions['persistedQuery'] : undefined;
  if (typeof persisted === 'string') return persisted;
  const hash = isObject(persisted) ? persisted['sha256Hash'] : undefined;
  return typeof hash === 'string' ? hash : null;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
