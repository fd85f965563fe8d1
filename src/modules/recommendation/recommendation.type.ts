import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Payload } from '../../relay/payload.js';

export enum RecommendationReasonKind {
  BOUGHT = 'BOUGHT',
  REVIEWED = 'REVIEWED',
  VIEWED = 'VIEWED',
  FOLLOWED = 'FOLLOWED',
  ALIKE = 'ALIKE',
  TASTE = 'TASTE',
  POPULAR = 'POPULAR',
}

registerEnumType(RecommendationReasonKind, {
  name: 'RecommendationReasonKind',
  description: 'Why a product is recommended.',
  valuesConfig: {
    BOUGHT: { description: 'It goes with products that one has bought.' },
    REVIEWED: { description: 'It goes with products that one has reviewed.' },
    VIEWED: { description: 'It goes with products that one has looked at.' },
    FOLLOWED: { description: 'People one follows like it.' },
    ALIKE: { description: 'It goes with the products of this page or cart.' },
    TASTE: { description: 'People with a taste like one’s own like it.' },
    POPULAR: { description: 'Many like it.' },
  },
});

export enum RecommendationContext {
  HOME = 'HOME',
  PRODUCT = 'PRODUCT',
  CART = 'CART',
}

registerEnumType(RecommendationContext, {
  name: 'RecommendationContext',
  description: 'Where recommendations are shown.',
  valuesConfig: {
    HOME: { description: 'On a page of its own: everything one has done counts.' },
    PRODUCT: { description: 'Beside a product: what goes with it comes first.' },
    CART: { description: 'Beside the cart: what goes with all of it comes first.' },
  },
});

export enum TrendWindow {
  DAY = 'DAY',
  WEEK = 'WEEK',
  MONTH = 'MONTH',
}

registerEnumType(TrendWindow, {
  name: 'TrendWindow',
  description: 'How far back a trend looks.',
  valuesConfig: {
    DAY: { description: 'The last 24 hours.' },
    WEEK: { description: 'The last 7 days.' },
    MONTH: { description: 'The last 30 days.' },
  },
});

@ObjectType({ description: 'A reason that holds: without the products it names, the score would be lower.' })
export class RecommendationReason {
  @Field(() => RecommendationReasonKind, { description: 'What kind of reason.' })
  kind!: RecommendationReasonKind;
}

@ObjectType({ description: 'A product, and why it is recommended.' })
export class RecommendedProduct {
  @Field(() => Float, { description: 'The higher the better; comparable within one list only.' })
  score!: number;

  @Field(() => [RecommendationReason], { description: 'Why, the strongest reason first.' })
  reasons!: RecommendationReason[];

  @Field(() => String, { nullable: true, description: 'Which trained model it comes from; null before the first training.' })
  modelVersion!: string | null;
}

export const RecommendedProductConnection = connectionType(RecommendedProduct, 'RecommendedProduct');

@ObjectType({ description: 'One model of the blend.' })
export class BlendedModel {
  @Field(() => String, { description: 'Which model.' })
  name!: string;

  @Field(() => Float, { description: 'How much it counts, as learnt on held-out data; 0 where it adds nothing.' })
  weight!: number;
}

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

@ObjectType({ implements: Payload, description: 'The answer to feedback on a recommendation.' })
export class RecordRecommendationFeedbackPayload extends Payload {
  @Field(() => Boolean, { nullable: true, description: 'Whether it is on record; sending it again changes nothing.' })
  recorded!: boolean | null;
}

@InputType({ description: 'Which product may be recommended again.' })
export class UndoDismissalInput {
  @Field(() => ID, { description: 'A product that one has dismissed.' })
  productId!: string;
}

@ObjectType({ implements: Payload, description: 'The answer to taking a dismissal back.' })
export class UndoDismissalPayload extends Payload {
  @Field(() => Boolean, { nullable: true, description: 'Whether the product may be recommended again.' })
  undone!: boolean | null;
}

@ObjectType({ description: 'A share, and the 95 % interval in which it lies.' })
export class RateInterval {
  @Field(() => Float, { description: 'The share, 0 to 1.' })
  mean!: number;

  @Field(() => Float, { description: 'The lower end.' })
  low!: number;

  @Field(() => Float, { description: 'The upper end.' })
  high!: number;
}

@ObjectType({ description: 'What came of the recommendations of a variant.' })
export class VariantReport {
  @Field(() => String, { description: 'Which variant of the recommender.' })
  variant!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Which model version; null where they are taken together, and before the first training.',
  })
  modelVersion!: string | null;

  @Field(() => Int, { description: 'How many products were shown.' })
  impressions!: number;

  @Field(() => Int, { description: 'How many of them were clicked on.' })
  clicks!: number;

  @Field(() => Int, { description: 'How many of them were dismissed.' })
  dismissals!: number;

  @Field(() => Int, { description: 'How many of them were bought.' })
  purchases!: number;

  @Field(() => RateInterval, { nullable: true, description: 'Clicks of impressions; null without impressions.' })
  clickRate!: RateInterval | null;

  @Field(() => RateInterval, { nullable: true, description: 'Purchases of impressions; null without impressions.' })
  conversionRate!: RateInterval | null;
}

@ObjectType({ description: 'How a variant does beside the control.' })
export class VariantComparison {
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
export class RecommenderReport {
  @Field(() => [VariantReport], { description: 'Each variant, all its model versions together.' })
  variants!: VariantReport[];

  @Field(() => [VariantReport], { description: 'Each variant and model version.' })
  byModelVersion!: VariantReport[];

  @Field(() => [VariantComparison], { description: 'Each other variant beside the control; empty without an experiment.' })
  comparisons!: VariantComparison[];
}

@ObjectType({ description: 'What the training left out of what was collected, and why.' })
export class PreprocessingReport {
  @Field(() => Int, { description: 'The version of the rules.' })
  version!: number;

  @Field(() => Int, { description: 'How many pairs of user and product were collected.' })
  interactions!: number;

  @Field(() => Int, { description: 'How many of them the models learnt from.' })
  observations!: number;

  @Field(() => Int, { description: 'How many users look like machines.' })
  bots!: number;

  @Field(() => Int, { description: 'How many interactions went with them.' })
  ofBots!: number;

  @Field(() => Int, { description: 'How many users have more interactions than any person.' })
  extremes!: number;

  @Field(() => Int, { description: 'How many of their oldest interactions were left out.' })
  ofExtremes!: number;

  @Field(() => Int, { description: 'How many ratings were not believed, because their authors rate everything the same.' })
  uniformRatings!: number;

  @Field(() => Int, { description: 'How many interactions say nothing.' })
  empty!: number;

  @Field(() => Int, { description: 'How many interactions are of users who opted out of personalisation.' })
  optedOut!: number;

  @Field(() => Int, { description: 'How many interactions are with products that are gone.' })
  unknownProducts!: number;
}

@ObjectType({ description: 'How the recommender stands.' })
export class RecommenderStatus {
  @Field(() => String, { nullable: true, description: 'The version that answers now; null before the first training.' })
  modelVersion!: string | null;

  @Field(() => Date, { nullable: true, description: 'When it was trained.' })
  trainedAt!: Date | null;

  @Field(() => Int, { nullable: true, description: 'How many users it learnt from.' })
  users!: number | null;

  @Field(() => Int, { nullable: true, description: 'How many products it knows.' })
  products!: number | null;

  @Field(() => Int, { nullable: true, description: 'How many pairs of user and product it learnt from.' })
  observations!: number | null;

  @Field(() => [BlendedModel], { description: 'The models it blends.' })
  models!: BlendedModel[];

  @Field(() => PreprocessingReport, {
    nullable: true,
    description: 'What was left out of its training, and why; null before the first training.',
  })
  preprocessing!: PreprocessingReport | null;

  @Field(() => GraphQLJSONObject, { nullable: true, description: 'Its hyper-parameters, by model; null before the first training.' })
  parameters!: object | null;

  @Field(() => Boolean, { description: 'Whether a training runs now.' })
  training!: boolean;

  @Field(() => Float, { description: 'How far the running training is, 0 to 1; 1 while none runs.' })
  progress!: number;
}

export enum TrainingAction {
  START = 'START',
  CANCEL = 'CANCEL',
}

registerEnumType(TrainingAction, {
  name: 'TrainingAction',
  description: 'What to do about training.',
  valuesConfig: {
    START: { description: 'Begin one, unless one runs.' },
    CANCEL: { description: 'End the one that runs in the process that answers; the model that serves goes on serving.' },
  },
});

@InputType({ description: 'A training of the recommender.' })
export class TrainRecommenderInput {
  @Field(() => TrainingAction, { nullable: true, defaultValue: TrainingAction.START, description: 'What to do.' })
  action!: TrainingAction;

  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'With START: whether to answer only when it is done.' })
  wait!: boolean;
}

@ObjectType({ implements: Payload, description: 'The training that runs now, or has just ended.' })
export class TrainRecommenderPayload extends Payload {
  @Field(() => RecommenderStatus, { nullable: true, description: 'How the recommender stands.' })
  recommenderStatus!: RecommenderStatus | null;
}
