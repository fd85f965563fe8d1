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
  description: 'What came of a recommendation.',
  valuesConfig: {
    CLICKED: { description: 'They went to the product.' },
    DISMISSED: { description: 'They do not want to see it recommended again.' },
    BOUGHT: { description: 'They bought it. It follows by itself from an order within a week of a click.' },
  },
});

@InputType({ description: 'What came of a recommendation.' })
export class RecordRecommendationFeedbackInput {
  @Field(() => ID, { description: 'As it came with the recommendation.' })
  impressionId!: string;

  @Field(() => RecommendationOutcome, { description: 'What came of it.' })
  outcome!: RecommendationOutcome;
}

export const RecordRecommendationFeedbackPayload = payloadType(
  'RecordRecommendationFeedbackPayload',
  'The answer to feedback on a recommendation.',
  { recorded: field(() => Boolean, 'Whether it is on record; sending it again changes nothing.') },
);

@InputType({ description: 'Which product may be recommended again.' })
export class UndoDismissalInput {
  @Field(() => ID, { description: 'A product that one has dismissed.' })
  productId!: string;
}

export const UndoDismissalPayload = payloadType('UndoDismissalPayload', 'The answer to taking a dismissal back.', {
  undone: field(() => Boolean, 'Whether the product may be recommended again.'),
});

@ObjectType({ description: 'A share, and the 95 % interval in which it lies.' })
export class RateInterval extends From<ProportionInterval> {
  @Field(() => Float, { description: 'The share, 0 to 1.' })
  mean!: number;

  @Field(() => Float, { description: 'The lower end.' })
  low!: number;

  @Field(() => Float, { description: 'The upper end.' })
  high!: number;
}

@ObjectType({ description: 'What came of the recommendations of a variant.' })
export class VariantReport extends From<figures.VariantReport> {
  @Field(() => String, { description: 'Which variant of the recommender.' })
  variant!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Which model version; null where they are taken together, and before the first training.',
  })
  modelVersion!: string | null;

  @Field(() => Int, { name: 'impressionCount', description: 'How many products were shown.' })
  impressions!: number;

  @Field(() => Int, { name: 'clickCount', description: 'How many of them were clicked on.' })
  clicks!: number;

  @Field(() => Int, { name: 'dismissalCount', description: 'How many of them were dismissed.' })
  dismissals!: number;

  @Field(() => Int, { name: 'purchaseCount', description: 'How many of them were bought.' })
  purchases!: number;

  @Field(() => RateInterval, { nullable: true, description: 'Clicks of impressions; null without impressions.' })
  clickRate!: RateInterval | null;

  @Field(() => RateInterval, { nullable: true, description: 'Purchases of impressions; null without impressions.' })
  conversionRate!: RateInterval | null;
}

@ObjectType({ description: 'How a variant does beside the control.' })
export class VariantComparison extends From<figures.Comparison> {
  @Field(() => String, { description: 'Which variant.' })
  treatment!: string;

  @Field(() => Float, { description: 'Its click rate less the control’s.' })
  clickRateDifference!: number;

  @Field(() => Float, {
    description:
      'At most how likely a difference like this is to be seen at any time where there is none. It stays valid however often one looks: below 0.05, one may stop and decide.',
  })
  alwaysValidP!: number;
}

@ObjectType({ description: 'How the recommender does with people, from the log of what was shown and what came of it.' })
export class RecommenderReport extends From<figures.RecommenderReportFigures> {
  @Field(() => [VariantReport], { description: 'Each variant, all its model versions together.' })
  variants!: VariantReport[];

  @Field(() => [VariantReport], { description: 'Each variant and model version.' })
  byModelVersion!: VariantReport[];

  @Field(() => [VariantComparison], { description: 'Each other variant beside the control; empty without an experiment.' })
  comparisons!: VariantComparison[];
}
