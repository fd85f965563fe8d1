/** What people do with products as whoever reads all of it does, also from a thread of its own. */
import type { mongo, Types } from 'mongoose';
import { importedUsers, usersWithoutPersonalisation } from '../user/user.reading.js';
import type { InteractionDocument } from './behaviour.model.js';
import type { ConsentDocument } from './consent.model.js';

export function allInteractions(db: mongo.Db): AsyncIterable<InteractionDocument> {
  return db.collection('interactions').find<InteractionDocument>({}, { batchSize: 1000 });
}

/**
 * Whose behaviour recommendations may follow from.
 * @param consentRequired whether nobody's does until they agreed; otherwise until they refuse
 */
export async function personalisedUsers(db: mongo.Db, consentRequired: boolean): Promise<(user: Types.ObjectId) => boolean> {
  const optedOut = await usersWithoutPersonalisation(db);
  const decided = new Map<string, boolean>();
  const decisions = db
    .collection('consents')
    .find<ConsentDocument>({ user: { $ne: null }, replacedAt: null }, { projection: { user: 1, personalisation: 1 } });
  for await (const { user, personalisation } of decisions) decided.set(user!.toHexString(), personalisation);
  const imported = consentRequired ? await importedUsers(db) : null;
  return (user) => {
    const key = user.toHexString();
    return !optedOut.has(key) && (decided.get(key) ?? (imported === null || imported.has(key)));
  };
}
