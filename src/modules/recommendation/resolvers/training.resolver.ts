import { Arg, Authorized, Resolver } from 'type-graphql';
import { Mutation, Query, type Answer } from '../../../relay/output.js';
import { payload } from '../../../relay/payload.js';
import type { TrainingService } from '../training/training.service.js';
import { RecommenderStatus, TrainingAction, TrainRecommenderInput, TrainRecommenderPayload } from './training.type.js';

@Resolver()
export class TrainingResolver {
  constructor(private readonly training: TrainingService) {}

  @Authorized('ADMIN')
  @Mutation(() => TrainRecommenderPayload, {
    description:
      'Trains the recommender in the background, on all data of the shop. Recommendations are served meanwhile. Requires the role `ADMIN`.',
  })
  trainRecommender(
    @Arg('input', () => TrainRecommenderInput, { description: 'Whether to start or cancel, and how.' })
    { action, wait }: TrainRecommenderInput,
  ) {
    return payload(async () => {
      if (action === TrainingAction.CANCEL) this.training.cancel();
      else {
        const work = action === TrainingAction.EVALUATE ? this.training.evaluateInBackground() : this.training.trainInBackground();
        if (wait) await work;
      }
      return { recommenderStatus: this.recommenderStatus() };
    });
  }

  @Query(() => RecommenderStatus, { description: 'State of the recommender.' })
  recommenderStatus(): Answer<RecommenderStatus> {
    const { version, training, progress } = this.training.state();
    return {
      modelVersion: version?._id.toHexString() ?? null,
      trainedAt: version?.createdAt ?? null,
      users: version?.users ?? null,
      products: version?.products ?? null,
      observations: version?.observations ?? null,
      models: version?.models ?? [],
      preprocessing: version?.preprocessing ?? null,
      parameters: version?.parameters ?? null,
      training,
      progress,
    };
  }
}
