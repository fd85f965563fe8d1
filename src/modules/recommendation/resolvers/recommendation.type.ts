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
  description: 'Kind of reason for a recommendation.',
  valuesConfig: {
    BOUGHT: { description: 'Similar to products the viewer bought.' },
    REVIEWED: { description: 'Similar to products the viewer reviewed.' },
    VIEWED: { description: 'Similar to products the viewer looked at.' },
    FOLLOWED: { description: 'Liked by users the viewer follows.' },
    ALIKE: { description: 'Similar to the products on the page or in the cart.' },
    TASTE: { description: 'Liked by users with a similar taste.' },
    POPULAR: { description: 'Popular in the shop.' },
  },
});

export enum RecommendationContext {
  HOME = 'HOME',
  PRODUCT = 'PRODUCT',
  CART = 'CART',
}

registerEnumType(RecommendationContext, {
  name: 'RecommendationContext',
  description: 'Where recommendations are displayed.',
  valuesConfig: {
    HOME: { description: 'On a page of their own. Based on everything the viewer did.' },
    PRODUCT: { description: 'Next to a product. Similar products come first.' },
    CART: { description: 'Next to the cart. Products that go with all of its contents come first.' },
  },
});

export enum TrendWindow {
  DAY = 'DAY',
  WEEK = 'WEEK',
  MONTH = 'MONTH',
}

registerEnumType(TrendWindow, {
  name: 'TrendWindow',
  description: 'Period of a trend.',
  valuesConfig: {
    DAY: { description: 'The last 24 hours.' },
    WEEK: { description: 'The last 7 days.' },
    MONTH: { description: 'The last 30 days.' },
  },
});

@ObjectType({ description: 'A reason for a recommendation. It holds: without the products it names, the score would be lower.' })
export class RecommendationReason extends From<Reason> {
  @Field(() => RecommendationReasonKind, { description: 'Kind of reason.' })
  kind!: RecommendationReasonKind;
}

@ObjectType({ description: 'A recommended product.' })
export class RecommendedProduct extends From<ShownItem> {
  @Field(() => Float, { description: 'Score of the recommendation, higher is better. Comparable within one list only.' })
  score!: number;

  @Field(() => [RecommendationReason], { description: 'Reasons for the recommendation, strongest first.' })
  reasons!: RecommendationReason[];

  @Field(() => String, { nullable: true, description: 'Version of the model that recommended it. Null before the first training.' })
  modelVersion!: string | null;
}

export const RecommendedProductConnection = connectionType(RecommendedProduct, 'RecommendedProduct');
