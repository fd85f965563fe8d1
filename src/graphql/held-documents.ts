/** The documents that live operations hold in memory, limited for each address; one that several use counts once. */
import type { DocumentNode } from 'graphql';
import { RequestError } from '../errors.js';

const bytesPerAddress = 16 * 1024 * 1024;

interface Holding {
  bytes: number;
  users: number;
  /** Lets go of it, for one of its users. */
  release: () => void;
}

interface Held {
  bytes: number;
  documents: Map<DocumentNode, Holding>;
}

export class HeldDocuments {
  private readonly held = new Map<string, Held>();

  /** @returns what lets go of it @throws RequestError RATE_LIMITED */
  hold(address: string, document: DocumentNode, bytes: number): () => void {
    const all: Held = this.held.get(address) ?? { bytes: 0, documents: new Map() };
    const holding = all.documents.get(document) ?? this.holding(address, document, bytes, all);
    if (holding.users === 0 && all.bytes + bytes > bytesPerAddress) {
      throw new RequestError('RATE_LIMITED', 'This address has too many different live operations.');
    }
    if (holding.users++ === 0) all.bytes += holding.bytes;
    all.documents.set(document, holding);
    this.held.set(address, all);
    return holding.release;
  }

  private holding(address: string, document: DocumentNode, bytes: number, all: Held): Holding {
    const release = (): void => {
      if (--holding.users > 0) return;
      all.documents.delete(document);
      all.bytes -= bytes;
      if (all.documents.size === 0) this.held.delete(address);
    };
    const holding: Holding = { bytes, users: 0, release };
    return holding;
  }
}
