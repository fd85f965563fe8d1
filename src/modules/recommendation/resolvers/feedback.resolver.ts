import { Arg, Authorized, Ctx, Int, Resolver } from 'type-graphql';
import { RequestError } from '../../../errors.js';
import { Cost } from '../../../relay/cost.js';
import type { RequestContext } from '../../../relay/context.js';
import { idOf } from '../../../relay/global-id.js';
import { Mutation, Query } from '../../../relay/output.js';
import { payload } from '../../../relay/payload.js';
import type { BehaviourVerbs } from '../../behaviour/index.js';
import type { ExperimentService } from '../experiment/experiment.service.js';
import {
  RecommenderReport,
  RecordRecommendationFeedbackInput,
  RecordRecommendationFeedbackPayload,
  UndoDismissalInput,
  UndoDismissalPayload,
} from './feedback.type.js';

const maxDays = 90;

/** What viewers do with recommendations, and what that says of the recommender. */
@Resolver()
export class RecommendationFeedbackResolver {
  constructor(
    private readonly experiments: ExperimentService,
    private readonly behaviour: BehaviourVerbs,
  ) {}

  @Mutation(() => RecordRecommendationFeedbackPayload, { description: 'Records what the viewer did with a recommendation.' })
  recordRecommendationFeedback(
    @Arg('input', () => RecordRecommendationFeedbackInput, { description: 'The recommendation, and what the viewer did with it.' })
    { impressionId, outcome }: RecordRecommendationFeedbackInput,
    @Ctx() context: RequestContext,
  ) {
    const impression = this.behaviour.impressionIds.read(impressionId, 'input.impressionId');
    return payload(async () => {
      await this.experiments.recordOutcome(context.signedIn?.userId ?? null, impression, outcome);
      return { recorded: true };
    });
  }

  @Authorized()
  @Mutation(() => UndoDismissalPayload, { description: 'Allows a dismissed product to be recommended again.' })
  undoDismissal(
    @Arg('input', () => UndoDismissalInput, { description: 'The product to recommend again.' }) { productId }: UndoDismissalInput,
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
  @Query(() => RecommenderReport, {
    description: 'Engagement with recommendations, by variant and model version. Requires the role `ADMIN`.',
  })
  recommenderReport(
    @Arg('days', () => Int, { nullable: true, defaultValue: 28, description: 'Number of days to look back, up to 90.' }) days: number,
  ) {
    if (days < 1 || days > maxDays) throw new RequestError('BAD_USER_INPUT', `days must be from 1 to ${maxDays}.`, 'days');
    return this.experiments.report(days);
  }
}
