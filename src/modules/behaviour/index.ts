import type { CatalogVerbs } from '../catalog/index.js';
import { describeModule, verbs, type Foundation } from '../module.js';
import { ownedDocuments } from '../personal-data.js';
import { behaviourModels } from './behaviour.model.js';
import { BehaviourResolver } from './behaviour.resolver.js';
import { InteractionBulk } from './interaction.bulk.js';
import { InteractionService } from './interaction.service.js';
import { TrackingService } from './tracking.service.js';

export type { InteractionDocument } from './behaviour.model.js';

export interface BehaviourOptions {
  /** Milliseconds that single events are kept; what they add up to stays. */
  eventRetention: number;
}

export type BehaviourModule = ReturnType<typeof behaviourModule>;
/** What people did with products. */
export type BehaviourVerbs = BehaviourModule['verbs'];

/** What people do with products: single events, and what they add up to. */
export function behaviourModule({ database }: Foundation, { catalog }: { catalog: CatalogVerbs }, { eventRetention }: BehaviourOptions) {
  const models = behaviourModels(database, eventRetention);
  const tracking = new TrackingService({ models, database, catalog });
  const interactions = new InteractionService(models);
  const bulk = new InteractionBulk(models);
  return describeModule({
    name: 'behaviour',
    resolvers: [new BehaviourResolver(tracking)],
    personalData: [
      ownedDocuments({ name: 'behaviour', model: models.events, owner: 'user', erase: 'DELETE' }),
      ownedDocuments({ name: 'interactions', model: models.interactions, owner: 'user', erase: 'DELETE' }),
    ],
    verbs: {
      ...verbs(tracking, ['sessionOf']),
      ...verbs(bulk, ['allInteractions', 'importInteractions', 'updateImportedRatings']),
      ...verbs(interactions, ['changedInteractions', 'historyOf']),
      ...verbs(interactions, ['noteInteractions', 'trending']),
    },
  });
}
