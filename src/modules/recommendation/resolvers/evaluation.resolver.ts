import { Resolver } from 'type-graphql';
import { FieldResolver } from '../../../relay/output.js';
import type { TrainingService } from '../training/training.service.js';
import { RecommenderEvaluation, type ShownEvaluation } from './evaluation.type.js';
import { RecommenderReport } from './feedback.type.js';

/** How well the recommender finds what is known already, beside what viewers do with it. */
@Resolver(() => RecommenderReport)
export class RecommenderEvaluationResolver {
  constructor(private readonly training: TrainingService) {}

  @FieldResolver(() => RecommenderEvaluation, {
    nullable: true,
    description: 'The last evaluation on the shop’s own data, whatever the period. Null before the first.',
  })
  async evaluation(): Promise<ShownEvaluation | null> {
    const latest = await this.training.latestEvaluation();
    return latest && { ...latest.report, evaluatedAt: latest.at };
  }
}
