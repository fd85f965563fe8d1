import { describeModule, verbs, type Foundation } from '../module.js';
import type { PersonalData } from '../personal-data.js';
import type { AccessLogVerbs } from '../access-log/index.js';
import type { UserVerbs } from '../user/index.js';
import { ErasureJob } from './erasure.job.js';
import { privacyModels, sealedTraces } from './erasure.model.js';
import { PrivacyResolver } from './privacy.resolver.js';
import { PrivacyService } from './privacy.service.js';
import { collections } from './privacy.collections.js';

interface PrivacyDependencies {
  users: UserVerbs;
  accessLog: AccessLogVerbs;
  /** What every feature holds on users, in the order of the features; an erasure goes backwards. */
  personalData: () => readonly PersonalData[];
}

/** What other features may ask for a person. */
export type PrivacyVerbs = ReturnType<typeof privacyModule>['verbs'];

export interface PrivacyOptions {
  /** Milliseconds that an operation may take. */
  operationTimeout: number;
}

/** Users' own data: its export and its erasure. */
export function privacyModule(
  { database, realtime, keys, log }: Foundation,
  { users, accessLog, personalData }: PrivacyDependencies,
  { operationTimeout }: PrivacyOptions,
) {
  const models = privacyModels(database);
  const erasures = new ErasureJob({ realtime, models, personalData, keys, log }, operationTimeout);
  const privacy = new PrivacyService({ database, realtime, models, users, erasures, personalData, keys });
  return describeModule({
    name: 'privacy',
    collections,
    resolvers: [new PrivacyResolver(privacy, accessLog)],
    on: { importedUserClaimed: ({ session }, claimed) => privacy.mergeCustomer(session, claimed) },
    sealed: [sealedTraces(models)],
    workers: [erasures.worker],
    verbs: verbs(privacy, ['eraseCustomer', 'exportOf']),
  });
}
