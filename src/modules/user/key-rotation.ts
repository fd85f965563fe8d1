/** Seals addresses anew that an earlier key sealed, and moves their claims, until the earlier keys are of no use. */
import type { DataKeys } from '../../data-keys.js';
import type { Logger } from '../../log.js';
import type { Realtime } from '../../realtime/index.js';
import { Worker } from '../../workers/index.js';
import type { DomainEventBus } from '../domain-events.js';
import type { Addresses } from './addresses.js';
import type { Claims } from './claims.js';
import type { UserDocument, UserModels } from './user.model.js';

const interval = 60 * 60 * 1000;
const batch = 200;

interface KeyRotationDependencies {
  realtime: Realtime;
  events: DomainEventBus;
  models: UserModels;
  keys: DataKeys;
  addresses: Addresses;
  claims: Claims;
  log: Logger;
}

export function keyRotation(dependencies: KeyRotationDependencies): Worker {
  const { models, keys, log } = dependencies;
  return new Worker({
    name: 'address keys',
    interval,
    log,
    async run(signal) {
      await warnOfForeignKeys(dependencies);
      if (keys.earlierIds.length === 0) return;
      const old = { addressKey: { $in: keys.earlierIds } };
      let count = 0;
      for (let users = await read(); users.length > 0 && !signal.aborted; users = await read()) {
        for (const user of users) await renew(dependencies, user);
        count += users.length;
      }
      if (count > 0) log.info({ count, key: keys.currentId }, 'addresses were sealed with the current key');

      function read(): Promise<UserDocument[]> {
        return models.users.find(old).limit(batch).lean();
      }
    },
  });
}

/** A restored shop whose keys were left behind would only say that every password is wrong. */
async function warnOfForeignKeys({ models, keys, addresses, log }: KeyRotationDependencies): Promise<void> {
  const known = [keys.currentId, ...keys.earlierIds];
  const sealed = { addressKey: { $exists: true } };
  const user =
    (await models.users.findOne({ addressKey: { $exists: true, $nin: known } }).lean()) ?? (await models.users.findOne(sealed).lean());
  if (!user) return;
  try {
    addresses.opened(user);
  } catch {
    const message = 'addresses of users are sealed with a key that this server does not have: nobody can sign in by them';
    log.error({ key: user.addressKey }, message);
  }
}

async function renew({ realtime, events, models, addresses, claims }: KeyRotationDependencies, { _id }: UserDocument): Promise<void> {
  await realtime.recordChange([`account:${_id.toHexString()}`], async (recorded) => {
    const { session } = recorded;
    const user = await models.users.findById(_id).session(session).lean();
    if (!user) return;
    const opened = addresses.opened(user);
    const { sealedEmail, sealedImportedEmail, addressKey } = addresses.sealed(opened);
    const change = { addressKey, ...(sealedEmail && { sealedEmail }), ...(sealedImportedEmail && { sealedImportedEmail }) };
    await models.users.updateOne({ _id }, { $set: change }, { session });
    const known = [opened.email, opened.importedEmail].filter((address) => address !== undefined);
    await events.emit(recorded, 'addressesSealedAnew', { addresses: known });
    // The address of a customer proves nothing, so there is no claim to it.
    if (opened.importedEmail !== undefined && user.externalId === undefined) await claims.renewImported(opened.importedEmail, _id, session);
    if (opened.email === undefined || !(await claims.ownerOfEmail(opened.email, session))?.equals(_id)) return;
    await claims.releaseEmail(opened.email, _id, session);
    await claims.take([claims.ofEmail(opened.email)], _id, session);
  });
}
