import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';

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

  @Field(() => Boolean, { description: 'Whether a training runs now.' })
  training!: boolean;

  @Field(() => Float, { description: 'How far the running training is, 0 to 1; 1 while none runs.' })
  progress!: number;
}
