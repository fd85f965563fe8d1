import type { mongo } from 'mongoose';
import type { Migration } from '../store/migrations.js';
import { deleteInBatches } from './in-batches.js';

/** Fields that release 0.1.0 gives to every document of the collection, and later ones to none. */
const ofEarlierRelease = { sessions: 'refreshHash', users: 'handleKey' };

/**
 * Sessions of release 0.1.0 have ids that can be guessed: their users sign in again. Its processes that still run while
 * this one migrates can neither open sessions nor make users any more, which nobody would migrate: they go on reading,
 * and refuse whatever needs somebody signed in.
 */
export const earlierWriters: Migration = {
  description: 'ending sessions whose ids can be guessed, and shutting out processes of release 0.1.0 that would write',
  async run({ connection }) {
    const db = connection.db!;
    for (const [collection, field] of Object.entries(ofEarlierRelease)) await refuse(db, collection, { [field]: { $exists: false } });
    await deleteInBatches(db.collection('sessions'), { refreshHash: { $exists: true } });
  },
};

/** Existing documents may still be changed: that is what migrations do. */
async function refuse(db: mongo.Db, collection: string, validator: mongo.Document): Promise<void> {
  const options = { validator, validationLevel: 'moderate', validationAction: 'error' };
  const [found] = await db.listCollections({ name: collection }).toArray();
  if (found) await db.command({ collMod: collection, ...options });
  else await db.createCollection(collection, options);
}
