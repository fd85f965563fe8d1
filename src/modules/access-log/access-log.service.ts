/** Notes who read or exported a person's private data. */
import { Types, type Model } from 'mongoose';
import type { ListDefinition } from '../../relay/connection.js';
import type { LoaderDefinition, RequestContext } from '../../relay/context.js';
import { insert } from '../../store/documents.js';
import type { AccessDocument } from './access-log.model.js';

export type Access = Omit<AccessDocument, '_id' | 'at'>;

export class AccessLog {
  /** A request that reads the same of a person in many places is noted once, and all that it reads in one write. */
  private readonly entryOf: LoaderDefinition<Access, true> = {
    cacheKey: ({ subject, reader, kind }) => `${subject.toHexString()}:${reader.toHexString()}:${kind}`,
    batch: async (accesses) => {
      const at = new Date();
      await insert(
        this.accesses,
        accesses.map((access) => ({ _id: new Types.ObjectId(), ...access, at })),
      );
      return accesses.map(() => true);
    },
  };

  constructor(private readonly accesses: Model<AccessDocument>) {}

  /** Notes it before it is answered; what somebody reads of themselves is not noted, unless they export it. */
  async noteAccess(context: RequestContext, kind: AccessDocument['kind'], subject: Types.ObjectId): Promise<void> {
    const reader = context.requireSignedIn().userId;
    if (kind === 'EXPORT' || !reader.equals(subject)) await context.load(this.entryOf, { subject, reader, kind });
  }
}

export function accessList(subject: Types.ObjectId): ListDefinition {
  return {
    name: 'dataAccesses',
    filter: { subject },
    order: [
      ['at', -1],
      ['_id', -1],
    ],
  };
}
