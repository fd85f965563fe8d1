import { Field, Float, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { field, From, ObjectType, payloadType } from '../../../relay/output.js';
import type { ProportionInterval } from '../../../scoring/index.js';
import type * as figures from '../experiment/experiment-report.js';

export enum RecommendationOutcome {
  CLICKED = 'CLICKED',
  DISMISSED = 'DISMISSED',
  BOUGHT = 'BOUGHT',
}

registerEnumType(RecommendationOutcome, {
  name: 'RecommendationOutcome',
  description: 'What the viewer did with a recommendation.',
  valuesConfig: {
    CLICKED: { description: 'Opened the product.' },
    DISMISSED: { description: 'Dismissed the product. It is not recommended again.' },
    BOUGHT: { description: 'Bought the product. Recorded automatically for an order within a week of a click.' },
  },
});

@InputType({ description: 'What the viewer did with a recommendation.' })
export class RecordRecommendationFeedbackInput {
  @Field(() => ID, { description: 'The `impressionId` of the recommendation.' })
  impressionId!: string;

  @Field(() => RecommendationOutcome, { description: 'What the viewer did with it.' })
  outcome!: RecommendationOutcome;
}

export const RecordRecommendationFeedbackPayload = payloadType(
  'RecordRecommendationFeedbackPayload',
  'Result of recording feedback on a recommendation.',
  { recorded: field(() => Boolean, 'Whether it was recorded. Recording it again has no effect.') },
);

@InputType({ description: 'A dismissed product to recommend again.' })
export class UndoDismissalInput {
  @Field(() => ID, { description: 'A product the viewer dismissed.' })
  productId!: string;
}

export const UndoDismissalPayload = payloadType('UndoDismissalPayload', 'Result of undoing a dismissal.', {
  undone: field(() => Boolean, 'Whether the product can be recommended again.'),
});

@ObjectType({ description: 'A rate with its 95 % confidence interval.' })
export class RateInterval extends From<ProportionInterval> {
  @Field(() => Float, { description: 'The rate, 0 to 1.' })
  mean!: number;

  @Field(() => Float, { description: 'Lower bound of the interval.' })
  low!: number;

  @Field(() => Float, { description: 'Upper bound of the interval.' })
  high!: number;
}

@ObjectType({ description: 'Engagement with the recommendations of one variant.' })
export class VariantReport extends From<figures.VariantReport> {
  @Field(() => String, { description: 'Variant of the recommender.' })
  variant!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Model version. Null for all versions together, and before the first training.',
  })
  modelVersion!: string | null;

  @Field(() => Int, { name: 'impressionCount', description: 'Number of recommendations shown.' })
  impressions!: number;

  @Field(() => Int, { name: 'clickCount', description: 'Number of recommendations clicked.' })
  clicks!: number;

  @Field(() => Int, { name: 'dismissalCount', description: 'Number of recommendations dismissed.' })
  dismissals!: number;

  @Field(() => Int, { name: 'purchaseCount', description: 'Number of recommendations bought.' })
  purchases!: number;

  @Field(() => RateInterval, { nullable: true, description: 'Clicks divided by impressions. Null without impressions.' })
  clickRate!: RateInterval | null;

  @Field(() => RateInterval, { nullable: true, description: 'Purchases divided by impressions. Null without impressions.' })
  conversionRate!: RateInterval | null;
}

@ObjectType({ description: 'Comparison of a variant with the control.' })
export class VariantComparison extends From<figures.Comparison> {
  @Field(() => String, { description: 'The compared variant.' })
  treatment!: string;

  @Field(() => Float, { description: 'Click rate of the variant minus that of the control.' })
  clickRateDifference!: number;

  @Field(() => Float, {
    description:
      'Always-valid p-value: the upper bound of the probability of ever seeing such a difference if there is none. It can be checked at any time. Below 0.05, the experiment can be stopped.',
  })
  alwaysValidP!: number;
}

@ObjectType({ description: 'Engagement with recommendations, by variant and model version.' })
export class RecommenderReport extends From<figures.RecommenderReportFigures> {
  @Field(() => [VariantReport], { description: 'Results over all model versions, one for each variant.' })
  variants!: VariantReport[];

  @Field(() => [VariantReport], { description: 'Results by model version, one for each variant and version in the period.' })
  byModelVersion!: VariantReport[];

  @Field(() => [VariantComparison], {
    description: 'Comparisons with the control, one for each other variant. Empty without an experiment.',
  })
  comparisons!: VariantComparison[];
}
