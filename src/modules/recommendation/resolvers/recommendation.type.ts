import { Field, Float, ID, registerEnumType } from 'type-graphql';
import { connectionType } from '../../../relay/connection.js';
import { field, From, ObjectType, requiredField } from '../../../relay/output.js';
import { Product } from '../../catalog/index.js';
import type { Reason } from '../pipeline/recommendation.js';

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
    HOME: { description: 'On the home page, or a page of their own. Based on all of the viewer’s activity.' },
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

@ObjectType({ description: 'A reason for a recommendation. It is verified: without the products it names, the score would be lower.' })
export class RecommendationReason extends From<Reason> {
  @Field(() => RecommendationReasonKind, { description: 'Kind of reason.' })
  kind!: RecommendationReasonKind;
}

export const RecommendedProductConnection = connectionType(Product, 'RecommendedProduct', {
  edge: {
    score: requiredField(() => Float, 'Score of the recommendation, higher is better. Comparable within one list only.'),
    reasons: requiredField(() => [RecommendationReason], 'Reasons for the recommendation, up to 3, strongest first.'),
    modelVersion: field(() => String, 'Version of the model that recommended the product. Null before the first training.'),
    impressionId: requiredField(
      () => ID,
      'Signed ID of this recommendation, valid for 7 days. Querying it counts nothing: send it with `trackEvents` as an `IMPRESSION` when the product was in view, and with `recordRecommendationFeedback`.',
    ),
  },
});
