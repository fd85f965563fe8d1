import { describeModule, type Foundation } from '../module.js';
import type { PersonalData } from '../personal-data.js';
import type { UserVerbs } from '../user/index.js';
import { PrivacyResolver } from './privacy.resolver.js';
import { PrivacyService } from './privacy.service.js';

interface PrivacyDependencies {
  users: UserVerbs;
  /** What every feature holds on users, in the order of the features; an erasure goes backwards. */
  personalData: () => readonly PersonalData[];
}

/** Users' own data: its export and its erasure. */
export function privacyModule({ realtime }: Foundation, { users, personalData }: PrivacyDependencies) {
  const privacy = new PrivacyService({ realtime, users, personalData });
  return describeModule({ name: 'privacy', resolvers: [new PrivacyResolver(privacy)], verbs: {} });
}
