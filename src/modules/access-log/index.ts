import { describeModule, verbs, type Foundation } from '../module.js';
import { ownedDocuments, reference } from '../personal-data.js';
import type { UserVerbs } from '../user/index.js';
import { collections } from './access-log.collections.js';
import { accessModel } from './access-log.model.js';
import { DataAccessResolver, ViewerDataAccessesResolver } from './access-log.resolver.js';
import { AccessLog } from './access-log.service.js';

export interface AccessLogOptions {
  /** Milliseconds that it is kept who read what. */
  retention: number;
}

export type AccessLogModule = ReturnType<typeof accessLogModule>;
/** How other features note that private data is read. */
export type AccessLogVerbs = AccessLogModule['verbs'];

/** Who read or exported a person's private data. */
export function accessLogModule({ database }: Foundation, { users }: { users: UserVerbs }, { retention }: AccessLogOptions) {
  const accesses = accessModel(database, retention);
  const log = new AccessLog(accesses);
  return describeModule({
    name: 'access-log',
    collections,
    resolvers: [new DataAccessResolver(accesses, users), new ViewerDataAccessesResolver(accesses)],
    nodes: {
      async DataAccess(id, context) {
        const reader = context.signedIn;
        const access = reader && (await accesses.findById(id).lean());
        return access && (access.subject.equals(reader.userId) || reader.roles.includes('ADMIN')) ? access : null;
      },
    },
    personalData: [
      ownedDocuments({ name: 'dataAccesses', model: accesses, owner: 'subject', erase: 'DELETE', withheld: ['reader'] }),
      reference('dataRead', accesses, 'reader'),
    ],
    verbs: verbs(log, ['noteAccess']),
  });
}
