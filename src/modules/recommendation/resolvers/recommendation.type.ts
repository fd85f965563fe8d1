import type { Types } from 'mongoose';
import { Field, Float, registerEnumType } from 'type-graphql';
import { connectionType } from '../../../relay/connection.js';
import { From, ObjectType } from '../../../relay/output.js';
import type { Reason, RecommendedItem } from '../pipeline/recommendation.js';

/** A list that was made for somebody; its items know it. */
export interface ShownList {
  id: Types.ObjectId;
  user: Types.ObjectId | null;
  context: string;
  variant: string;
}

export interface ShownItem extends RecommendedItem {
  list: ShownList;
}

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
export class RecommendationReason extends From<Reason> {
  @Field(() => RecommendationReasonKind, { description: 'What kind of reason.' })
  kind!: RecommendationReasonKind;
}

@ObjectType({ description: 'A product, and why it is recommended.' })
export class RecommendedProduct extends From<ShownItem> {
  @Field(() => Float, { description: 'The higher the better; comparable within one list only.' })
  score!: number;

  @Field(() => [RecommendationReason], { description: 'Why, the strongest reason first.' })
  reasons!: RecommendationReason[];

  @Field(() => String, { nullable: true, description: 'Which trained model it comes from; null before the first training.' })
  modelVersion!: string | null;
}

export const RecommendedProductConnection = connectionType(RecommendedProduct, 'RecommendedProduct');
