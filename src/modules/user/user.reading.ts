/** Users as whoever reads all of them does, also from a thread of its own. */
import type { mongo } from 'mongoose';

/** Everybody who opted out of personalisation, by hexadecimal id. */
export function usersWithoutPersonalisation(db: mongo.Db): Promise<ReadonlySet<string>> {
  return idsOf(db, { withoutPersonalisation: true });
}

/** Everybody who came along from another shop or data set, likewise. */
export function importedUsers(db: mongo.Db): Promise<ReadonlySet<string>> {
  return idsOf(db, { source: { $exists: true } });
}

async function idsOf(db: mongo.Db, filter: mongo.Document): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const { _id } of db.collection('users').find(filter, { projection: { _id: 1 } })) ids.add(_id.toHexString());
  return ids;
}
