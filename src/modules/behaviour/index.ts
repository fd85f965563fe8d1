import type { CatalogVerbs } from '../catalog/index.js';
import { describeModule, verbs, type Foundation } from '../module.js';
import { ownedDocuments } from '../personal-data.js';
import type { UserVerbs } from '../user/index.js';
import { allInteractions, personalisedUsers } from './behaviour.reading.js';
import { behaviourModels } from './behaviour.model.js';
import { BehaviourResolver } from './behaviour.resolver.js';
import { consentModel } from './consent.model.js';
import { ConsentResolver, findConsent } from './consent.resolver.js';
import { ConsentService, type ConsentOptions } from './consent.service.js';
import { ImpressionIds } from './impression-ids.js';
import { InteractionBulk } from './interaction.bulk.js';
import { InteractionService } from './interaction.service.js';
import { TrackingService } from './tracking.service.js';
import { Withdrawals } from './withdrawals.js';
import { collections } from './behaviour.collections.js';

export type { InteractionDocument } from './behaviour.model.js';
export { consentKey } from './consent.service.js';

export interface BehaviourOptions extends ConsentOptions {
  /** Milliseconds that decisions are kept after others took their place. */
  consentRetention: number;
  /** Milliseconds that a visitor's decision holds. */
  visitorConsentLifetime: number;
  /** Milliseconds that single events are kept; what they add up to stays. */
  eventRetention: number;
}

export type BehaviourModule = ReturnType<typeof behaviourModule>;
/** What people did with products. */
export type BehaviourVerbs = BehaviourModule['verbs'];

/** What people do with products: single events, and what they add up to. */
export function behaviourModule(
  { database, realtime, events, keys, log }: Foundation,
  { users, catalog }: { users: UserVerbs; catalog: CatalogVerbs },
  options: BehaviourOptions,
) {
  const models = behaviourModels(database, options.eventRetention);
  const consentModels = consentModel(database, { replaced: options.consentRetention, visitors: options.visitorConsentLifetime });
  const withdrawals = new Withdrawals({ consents: consentModels, models, realtime, events, log });
  const finishWithdrawal = withdrawals.finish.bind(withdrawals);
  const consents = new ConsentService({ ...options, consents: consentModels, realtime, users, finishWithdrawal });
  const tracking = new TrackingService({ models, realtime, events, catalog, consents });
  const impressionIds = new ImpressionIds(keys);
  const interactions = new InteractionService(models);
  const bulk = new InteractionBulk(models);
  return describeModule({
    name: 'behaviour',
    collections,
    resolvers: [new BehaviourResolver(tracking, impressionIds), new ConsentResolver(consents)],
    keyedNodes: { Consent: (key, context) => findConsent(consents, key, context) },
    personalData: [
      ownedDocuments({ name: 'behaviour', model: models.events, owner: 'user', erase: 'DELETE' }),
      ownedDocuments({ name: 'interactions', model: models.interactions, owner: 'user', erase: 'DELETE' }),
      ownedDocuments({ name: 'consents', model: consentModels, owner: 'user', erase: 'DELETE' }),
    ],
    on: { importedUserClaimed: ({ session }, { imported, account }) => bulk.claimInteractions(session, imported, account) },
    workers: [withdrawals.worker],
    verbs: {
      impressionIds,
      allInteractions: () => allInteractions(database.connection.db!),
      personalisedUsers: () => personalisedUsers(database.connection.db!, options.consentRequired),
      ...verbs(consents, ['choicesOf', 'importConsents', 'trackedFrom']),
      ...verbs(tracking, ['sessionOf']),
      ...verbs(bulk, ['importInteractions', 'updateImportedRatings']),
      ...verbs(interactions, ['changedInteractions', 'historyOf']),
      ...verbs(interactions, ['noteInteractions', 'trending']),
    },
  });
}
