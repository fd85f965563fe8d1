import type { Migration } from '../store/migrations.js';
import { updateInBatches } from './in-batches.js';

/** Release 0.1.0 let mongoose put `__v` into what an upsert made; no document of today has it. */
export const withoutMongooseVersions: Migration = {
  description: 'taking mongoose’s version field out of documents',
  async run({ connection }) {
    for (const { name } of await connection.db!.listCollections({}, { nameOnly: true }).toArray()) {
      await updateInBatches(connection.db!.collection(name), { __v: { $exists: true } }, { $unset: { __v: '' } });
    }
  },
};
