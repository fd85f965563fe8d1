/** The documents that live operations hold in memory, limited for each address; one that several use counts once. */
import type { DocumentNode } from 'graphql';
import { RequestError } from '../errors.js';

const bytesPerAddress = 16 * 1024 * 1024;

interface Holding {
  bytes: number;
  users: number;
}

export class HeldDocuments {
  private readonly held = new Map<string, { bytes: number; documents: Map<DocumentNode, Holding> }>();

  /** @returns what lets go of it @throws RequestError RATE_LIMITED */
  hold(address: string, document: DocumentNode, bytes: number): () => void {
    const all = this.held.get(address) ?? { bytes: 0, documents: new Map<DocumentNode, Holding>() };
    const holding = all.documents.get(document) ?? { bytes, users: 0 };
    if (holding.users === 0 && all.bytes + bytes > bytesPerAddress) {
      throw new RequestError('RATE_LIMITED', 'This address has too many different live operations.');
    }
    if (holding.users++ === 0) all.bytes += holding.bytes;
    all.documents.set(document, holding);
    this.held.set(address, all);
    return () => {
      if (--holding.users > 0) return;
      all.documents.delete(document);
      all.bytes -= holding.bytes;
      if (all.documents.size === 0) this.held.delete(address);
    };
  }
}
