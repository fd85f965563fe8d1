import { allTermsOf } from '../search/index.js';
import type { Migration } from '../store/migrations.js';

const batchSize = 1000;

/** Users of release 0.1.0 could not be searched for. */
export const userSearchTerms: Migration = {
  description: 'noting by which words users are found',
  async run({ connection }) {
    const users = connection.collection('users');
    for (;;) {
      const found = await users
        .find({ searchTerms: { $exists: false } }, { projection: { name: 1, handle: 1 }, limit: batchSize })
        .toArray();
      const writes = found.map(({ _id, name, handle }) => ({
        updateOne: { filter: { _id }, update: { $set: { searchTerms: termsOf(String(name), String(handle)) } } },
      }));
      if (writes.length > 0) await users.bulkWrite(writes, { ordered: false });
      if (found.length < batchSize) return;
    }
  },
};

function termsOf(name: string, handle: string): string[] {
  return [...new Set([handle.toLowerCase(), ...allTermsOf(name), ...allTermsOf(handle)])].slice(0, 20);
}
