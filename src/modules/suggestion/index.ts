import type { BehaviourVerbs } from '../behaviour/index.js';
import type { CatalogVerbs } from '../catalog/index.js';
import { describeModule, type Foundation } from '../module.js';
import type { OrderVerbs } from '../order/index.js';
import type { QuestionVerbs } from '../question/index.js';
import type { ReviewVerbs } from '../review/index.js';
import type { SimilarityVerbs } from '../similarity/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import { SuggestedQuestions } from './suggested-questions.js';
import { SuggestedReviews } from './suggested-reviews.js';
import { SuggestedUsers } from './suggested-users.js';
import { ProductSuggestionsResolver, SuggestionReasonResolver, ViewerSuggestionsResolver } from './suggestion.resolver.js';

export interface SuggestionDependencies {
  users: UserVerbs;
  catalog: CatalogVerbs;
  behaviour: BehaviourVerbs;
  orders: OrderVerbs;
  socialGraph: SocialGraphVerbs;
  reviews: ReviewVerbs;
  questions: QuestionVerbs;
  similarity: SimilarityVerbs;
}

/** People to follow, questions that the viewer can answer, and reviews that help them. */
export function suggestionModule(_foundation: Foundation, dependencies: SuggestionDependencies) {
  const { users, catalog, reviews, questions } = dependencies;
  return describeModule({
    name: 'suggestion',
    resolvers: [
      new SuggestionReasonResolver(catalog, users),
      new ViewerSuggestionsResolver(new SuggestedUsers(dependencies), new SuggestedQuestions(dependencies), users, questions),
      new ProductSuggestionsResolver(new SuggestedReviews(dependencies), reviews),
    ],
    verbs: {},
  });
}
