import type { CatalogVerbs } from '../catalog/index.js';
import { describeModule, verbs, type Foundation } from '../module.js';
import type { NotificationVerbs } from '../notification/index.js';
import { deleteSome, ownedDocuments, type PersonalData } from '../personal-data.js';
import type { ScreeningVerbs } from '../screening/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import { feedbackLoaders } from './feedback.loader.js';
import { feedbackModels, type FeedbackModels } from './feedback.model.js';
import { MerchantFeedbackResolver, MerchantFeedbackSummaryResolver, ViewerFeedbackResolver } from './feedback.resolver.js';
import { FeedbackService } from './feedback.service.js';
import { collections } from './feedback.collections.js';

interface FeedbackDependencies {
  users: UserVerbs;
  catalog: CatalogVerbs;
  notifications: NotificationVerbs;
  screening: ScreeningVerbs;
  socialGraph: SocialGraphVerbs;
}

/** What buyers tell merchants, between the two of them. */
export function feedbackModule({ database, realtime, idempotency, events }: Foundation, dependencies: FeedbackDependencies) {
  const models = feedbackModels(database);
  const loaders = feedbackLoaders(models);
  const feedback = new FeedbackService({ ...dependencies, models, realtime, idempotency, events });
  return describeModule({
    name: 'feedback',
    collections,
    resolvers: [
      new MerchantFeedbackResolver({ ...dependencies, feedback, models }),
      new MerchantFeedbackSummaryResolver(models, dependencies.catalog),
      new ViewerFeedbackResolver(models),
    ],
    nodes: {
      async MerchantFeedback(id, context) {
        const found = await context.load(loaders.feedbackById, id);
        const reader = context.signedIn?.userId;
        if (!found || !reader) return null;
        if (found.sender.equals(reader)) return found;
        const { socialGraph } = dependencies;
        return found.merchant.equals(reader) && !(await socialGraph.isHiddenFrom(context, found.sender)) ? found : null;
      },
    },
    personalData: [
      ownedDocuments({ name: 'feedbackSent', model: models.feedback, owner: 'sender', erase: 'ANONYMISE', texts: ['body'] }),
      ownedDocuments({ name: 'feedbackReceived', model: models.feedback, owner: 'merchant', erase: 'ANONYMISE', texts: ['answer'] }),
      countsOfMerchant(models),
    ],
    verbs: verbs(feedback, ['sendMerchantFeedback']),
  });
}

function countsOfMerchant({ tallies }: FeedbackModels): PersonalData {
  return {
    name: 'feedbackCounts',
    collect: async () => [],
    erase: (step) => deleteSome(tallies, { merchant: step.user }, step),
  };
}
