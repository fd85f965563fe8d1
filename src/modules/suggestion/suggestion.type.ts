import { Field, Float, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { From, ObjectType, requiredField } from '../../relay/output.js';
import { Question } from '../question/index.js';
import { Review } from '../review/index.js';
import { User } from '../user/index.js';
import { suggestionReasonKinds, type SuggestionReason as SuggestionReasonSource, type SuggestionReasonKind } from './suggestion.js';

const SuggestionReasonKindName = Object.fromEntries(suggestionReasonKinds.map((kind) => [kind, kind])) as {
  [Kind in SuggestionReasonKind]: Kind;
};

registerEnumType(SuggestionReasonKindName, {
  name: 'SuggestionReasonKind',
  description: 'Kind of reason for suggesting a user, a question or a review.',
  valuesConfig: {
    SAME_TASTE: { description: 'The user, or the review’s author, rates products as the viewer does.' },
    FOLLOWED_BY: { description: 'Users the viewer follows follow the user.' },
    FOLLOWED: { description: 'The viewer follows the review’s author.' },
    BOUGHT: { description: 'The viewer bought the product.' },
    REVIEWED: { description: 'The viewer reviewed the product.' },
    ANSWERED: { description: 'The viewer answered a similar question before.' },
    TOPIC: { description: 'The review mentions topics of the viewer’s own reviews.' },
    HELPFUL: { description: 'Others found the review helpful.' },
  },
});

@ObjectType({ description: 'A reason for suggesting a user, a question or a review to the viewer.' })
export class SuggestionReason extends From<SuggestionReasonSource> {
  @Field(() => SuggestionReasonKindName, { description: 'Kind of reason.' })
  kind!: SuggestionReasonKind;

  @Field(() => [String], { description: 'Topics or words named by the reason, up to 3. Empty for kinds without topics.' })
  topics!: string[];
}

const edge = {
  score: requiredField(() => Float, 'Score of the suggestion, higher is better. Comparable within one list only.'),
  reasons: requiredField(() => [SuggestionReason], 'Reasons for the suggestion, up to 3, strongest first.'),
};

export const RecommendedUserConnection = connectionType(User, 'RecommendedUser', { edge });
export const RecommendedQuestionConnection = connectionType(Question, 'RecommendedQuestion', { edge });
export const RecommendedReviewConnection = connectionType(Review, 'RecommendedReview', { edge });
