import type { BehaviourVerbs } from '../behaviour/index.js';
import type { CatalogVerbs } from '../catalog/index.js';
import type { FeedVerbs } from '../feed/index.js';
import { describeModule, verbs, type Foundation } from '../module.js';
import type { NotificationVerbs } from '../notification/index.js';
import { ownedDocuments } from '../personal-data.js';
import type { ScreeningVerbs } from '../screening/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import { referralLoaders } from './referral.loader.js';
import { referralModels } from './referral.model.js';
import { ReferralResolver, ViewerReferralsResolver } from './referral.resolver.js';
import { ReferralService } from './referral.service.js';
import { collections } from './referral.collections.js';

interface ReferralDependencies {
  users: UserVerbs;
  catalog: CatalogVerbs;
  behaviour: BehaviourVerbs;
  notifications: NotificationVerbs;
  feed: FeedVerbs;
  screening: ScreeningVerbs;
  socialGraph: SocialGraphVerbs;
}

/** Products that users recommend to each other, and what becomes of the recommendations. */
export function referralModule({ database, realtime, idempotency, events }: Foundation, dependencies: ReferralDependencies) {
  const models = referralModels(database);
  const loaders = referralLoaders(models);
  const referrals = new ReferralService({ ...dependencies, models, realtime, idempotency, events });
  const { users, catalog, socialGraph } = dependencies;
  return describeModule({
    name: 'referral',
    collections,
    resolvers: [new ReferralResolver({ referrals, users, catalog }), new ViewerReferralsResolver({ models, socialGraph })],
    nodes: {
      async Referral(id, context) {
        const referral = await context.load(loaders.referralById, id);
        const reader = context.signedIn?.userId;
        if (!referral || !reader) return null;
        if (referral.sender.equals(reader)) return referral;
        return referral.recipient.equals(reader) && !(await socialGraph.isHiddenFrom(context, referral.sender)) ? referral : null;
      },
    },
    on: { orderStatusChanged: (change, event) => referrals.fulfil(change, event) },
    personalData: [
      ownedDocuments({ name: 'referralsSent', model: models.referrals, owner: 'sender', erase: 'ANONYMISE', texts: ['message'] }),
      ownedDocuments({ name: 'referralsReceived', model: models.referrals, owner: 'recipient', erase: 'DELETE' }),
    ],
    verbs: verbs(referrals, ['importReferrals']),
  });
}
