/**
 * Release 0.1.0 kept addresses as they are, and what only one user can have in unique indexes of the users. Now addresses
 * are sealed, and claims are documents.
 */
import type { mongo } from 'mongoose';
import type { DataKeys } from '../data-keys.js';
import type { Migration } from '../store/migrations.js';

const batchSize = 500;

interface Found {
  _id: mongo.ObjectId;
  handleKey: string;
  email?: string;
  identity?: string;
  importedEmail?: string;
}

export function withClaims(keys: DataKeys): Migration {
  return {
    description: 'sealing addresses, and making claims of handles, addresses and outside identities',
    async run({ connection }) {
      const db = connection.db!;
      const users = db.collection<Found>('users');
      await dropUniqueIndexes(users);
      const claims = db.collection<{ _id: string; user: mongo.ObjectId }>('user_claims');
      for (;;) {
        const found = await users.find({ handleKey: { $exists: true } }, { limit: batchSize }).toArray();
        if (found.length === 0) return;
        const made = found.flatMap((user) => claimsOf(keys, user).map((_id) => ({ _id, user: user._id })));
        await claims.bulkWrite(
          made.map(({ _id, user }) => ({ updateOne: { filter: { _id }, update: { $setOnInsert: { user } }, upsert: true } })),
        );
        await users.bulkWrite(found.map((user) => ({ updateOne: { filter: { _id: user._id }, update: changeOf(keys, user) } })));
      }
    },
  };
}

/** A user without such a field counts as one with null, of which there may only be one. */
async function dropUniqueIndexes(users: mongo.Collection<Found>): Promise<void> {
  for (const { name, key } of await users.indexes().catch(() => []))
    if (['handleKey', 'email', 'identity', 'importedEmail'].some((field) => field in key)) await users.dropIndex(name!);
}

function claimsOf(keys: DataKeys, { handleKey, email, identity }: Found): string[] {
  const digest = (text: string): string => keys.digest(text.normalize('NFC').toLowerCase(), 'email').toString('base64url');
  return [
    `handle:${handleKey}`,
    ...(email ? [`email:${digest(email)}`] : []),
    ...(identity ? [`identity:${identity.replace(' ', '|')}`] : []),
  ];
}

function changeOf(keys: DataKeys, { email, importedEmail }: Found): object {
  const seal = (address: string): string => keys.seal(address, 'address of a user');
  const sealed = { ...(email && { sealedEmail: seal(email) }), ...(importedEmail && { sealedImportedEmail: seal(importedEmail) }) };
  const set = Object.keys(sealed).length > 0 && { $set: { ...sealed, addressKey: keys.currentId } };
  return { ...set, $unset: { handleKey: '', email: '', importedEmail: '' } };
}
