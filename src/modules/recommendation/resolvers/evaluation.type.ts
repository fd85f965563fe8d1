import { Field, Float, Int, registerEnumType } from 'type-graphql';
import { segmentNames, type EvaluationReport } from '../../../recommender/index.js';
import { From, ObjectType } from '../../../relay/output.js';

/** An evaluation, and when it was made. */
export type ShownEvaluation = Omit<EvaluationReport, 'split'> & { evaluatedAt: Date };

type Figures = EvaluationReport['models'][number];
type ShownSegment = Figures['segments'][number];

const EvaluationSegmentName = Object.fromEntries(segmentNames.map((name) => [name, name])) as { [Name in ShownSegment['segment']]: Name };

registerEnumType(EvaluationSegmentName, {
  name: 'EvaluationSegmentName',
  description: 'A segment of the users or products that is reported separately.',
  valuesConfig: {
    NEW_USERS: { description: 'Users without activity before the tested period.' },
    LIGHT_USERS: { description: 'Users with some activity, up to the median.' },
    HEAVY_USERS: { description: 'Users with more activity than the median.' },
    HEAD_ITEMS: { description: 'The most liked products, which together have half of all likes.' },
    TAIL_ITEMS: { description: 'All other products with activity before the tested period.' },
    NEW_ITEMS: { description: 'Products without activity before the tested period.' },
  },
});

@ObjectType({ description: 'A figure with its 95 % confidence interval.' })
export class FigureInterval extends From<Figures['ndcg']> {
  @Field(() => Float, { description: 'The figure, as a mean over users.' })
  mean!: number;

  @Field(() => Float, { description: 'Lower bound of the interval.' })
  low!: number;

  @Field(() => Float, { description: 'Upper bound of the interval.' })
  high!: number;
}

@ObjectType({ description: 'Accuracy of a model for one segment of the users or products.' })
export class EvaluationSegment extends From<ShownSegment> {
  @Field(() => EvaluationSegmentName, { description: 'The segment of the users or products.' })
  segment!: ShownSegment['segment'];

  @Field(() => Int, { name: 'userCount', description: 'Number of tested users with at least one like to predict in the segment.' })
  users!: number;

  @Field(() => FigureInterval, { description: 'NDCG@10, 0 to 1: hits count more the higher they are in the list.' })
  ndcg!: FigureInterval;

  @Field(() => FigureInterval, { description: 'Recall@10, 0 to 1: hits among the ten products, divided by the most hits possible.' })
  recall!: FigureInterval;
}

@ObjectType({ description: 'Evaluation of a model, by lists of ten products for each tested user.' })
export class EvaluatedModel extends From<Figures> {
  @Field(() => String, { description: 'Name of the model. `blend` is the one that recommends.' })
  model!: string;

  @Field(() => FigureInterval, { description: 'NDCG@10, 0 to 1: hits count more the higher they are in the list.' })
  ndcg!: FigureInterval;

  @Field(() => FigureInterval, { description: 'Recall@10, 0 to 1: hits among the ten products, divided by the most hits possible.' })
  recall!: FigureInterval;

  @Field(() => FigureInterval, { description: 'Share of all products that appear in any list.' })
  coverage!: FigureInterval;

  @Field(() => FigureInterval, {
    description: 'Gini coefficient of how often products are listed, from 0 (all equally often) to 1 (a few always).',
  })
  gini!: FigureInterval;

  @Field(() => FigureInterval, { description: 'Mean surprise in bits: -log₂ of the share of users who like the product.' })
  novelty!: FigureInterval;

  @Field(() => FigureInterval, { description: 'Mean difference between the products of a list, 0 to 1.' })
  diversity!: FigureInterval;

  @Field(() => FigureInterval, { description: 'Mean share of users who like the listed products.' })
  popularity!: FigureInterval;

  @Field(() => FigureInterval, {
    description: 'Popularity of the listed products divided by that of what the same users liked before. 1 means no bias.',
  })
  popularityLift!: FigureInterval;

  @Field(() => FigureInterval, { description: 'Share of the listed products that are not among `HEAD_ITEMS`.' })
  tailShare!: FigureInterval;

  @Field(() => [EvaluationSegment], { description: 'Accuracy by segment of the users and products, one for each segment that has any.' })
  segments!: EvaluationSegment[];
}

@ObjectType({ description: 'Comparison of the blend with one model, over the same users.' })
export class ModelComparison extends From<EvaluationReport['comparisons'][number]> {
  @Field(() => String, { description: 'The compared model.' })
  model!: string;

  @Field(() => FigureInterval, { description: 'NDCG@10 of the blend minus that of the model.' })
  difference!: FigureInterval;

  @Field(() => Float, {
    description:
      'p-value of a paired randomisation test, corrected for the number of comparisons by Holm’s method. Below 0.05, the difference is unlikely to be chance.',
  })
  adjustedP!: number;
}

@ObjectType({
  description: 'Evaluation of the recommender on the shop’s own data: trained on the earlier part, tested on the latest fifth.',
})
export class RecommenderEvaluation extends From<ShownEvaluation> {
  @Field(() => Date, {
    description: 'When the evaluation was made. It is repeated once a week after a scheduled training, and with `TrainingAction.EVALUATE`.',
  })
  evaluatedAt!: Date;

  @Field(() => Int, { name: 'observationCount', description: 'Number of interactions the models learnt from.' })
  observations!: number;

  @Field(() => Int, { name: 'likeCount', description: 'Number of likes in the tested part, which the models had to predict.' })
  likes!: number;

  @Field(() => Int, { name: 'userCount', description: 'Number of tested users, up to 2,000.' })
  users!: number;

  @Field(() => Int, { name: 'newUserCount', description: 'Number of tested users without earlier activity.' })
  newUsers!: number;

  @Field(() => Int, { name: 'newProductCount', description: 'Number of products to predict that had no earlier activity.' })
  newItems!: number;

  @Field(() => [EvaluatedModel], { description: 'The blend, the blend made more diverse, and each model alone, up to 14.' })
  models!: EvaluatedModel[];

  @Field(() => [ModelComparison], { description: 'Comparisons of the blend with each other model, up to 13.' })
  comparisons!: ModelComparison[];
}
