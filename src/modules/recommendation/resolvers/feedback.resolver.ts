import { Arg, Authorized, Ctx, Int, Resolver } from 'type-graphql';
import { RequestError } from '../../../errors.js';
import { Cost } from '../../../relay/cost.js';
import type { RequestContext } from '../../../relay/context.js';
import { idOf } from '../../../relay/global-id.js';
import { Mutation, Query } from '../../../relay/output.js';
import { payload } from '../../../relay/payload.js';
import type { ExperimentService } from '../experiment/experiment.service.js';
import {
  RecommenderReport,
  RecordRecommendationFeedbackInput,
  RecordRecommendationFeedbackPayload,
  UndoDismissalInput,
  UndoDismissalPayload,
} from './feedback.type.js';
import { decodeImpression } from './impressions.js';

const maxDays = 90;

/** What viewers do with recommendations, and what that says of the recommender. */
@Resolver()
export class RecommendationFeedbackResolver {
  constructor(private readonly experiments: ExperimentService) {}

  @Mutation(() => RecordRecommendationFeedbackPayload, { description: 'Says what came of a recommendation.' })
  recordRecommendationFeedback(
    @Arg('input', () => RecordRecommendationFeedbackInput, { description: 'What came of it.' })
    { impressionId, outcome }: RecordRecommendationFeedbackInput,
    @Ctx() context: RequestContext,
  ) {
    const { id, place } = decodeImpression(impressionId, 'input.impressionId');
    return payload(async () => {
      await this.experiments.recordOutcome(context.signedIn?.userId ?? null, id, place, outcome);
      return { recorded: true };
    });
  }

  @Authorized()
  @Mutation(() => UndoDismissalPayload, { description: 'Lets a dismissed product be recommended again.' })
  undoDismissal(
    @Arg('input', () => UndoDismissalInput, { description: 'Which.' }) { productId }: UndoDismissalInput,
    @Ctx() context: RequestContext,
  ) {
    const product = idOf('Product', productId, 'input.productId');
    return payload(async () => {
      await this.experiments.undoDismissal(context.requireSignedIn().userId, product);
      return { undone: true };
    });
  }

  @Authorized('ADMIN')
  @Cost({ weight: 500 })
  @Query(() => RecommenderReport, { description: 'How the recommender does with people. For administrators.' })
  recommenderReport(
    @Arg('days', () => Int, { nullable: true, defaultValue: 28, description: 'How far back to look, at most 90 days.' }) days: number,
  ) {
    if (days < 1 || days > maxDays) throw new RequestError('BAD_USER_INPUT', `days must be from 1 to ${maxDays}.`, 'days');
    return this.experiments.report(days);
  }
}
