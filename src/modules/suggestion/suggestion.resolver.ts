import { Args, Authorized, Ctx, Resolver, Root } from 'type-graphql';
import { listOf, translate, type MessageText } from '../../messages/index.js';
import { ConnectionArgs, mapEdges, paginateArray } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { Cost } from '../../relay/cost.js';
import { FieldResolver } from '../../relay/output.js';
import { Product, type CatalogVerbs, type ProductDocument } from '../catalog/index.js';
import type { QuestionVerbs } from '../question/index.js';
import type { ReviewVerbs } from '../review/index.js';
import { User, Viewer, type PublicUser, type UserVerbs } from '../user/index.js';
import type { SuggestedQuestions } from './suggested-questions.js';
import type { SuggestedReviews } from './suggested-reviews.js';
import type { SuggestedUsers } from './suggested-users.js';
import type { SuggestionReason as SuggestionReasonSource, SuggestionReasonKind } from './suggestion.js';
import {
  RecommendedQuestionConnection,
  RecommendedReviewConnection,
  RecommendedUserConnection,
  SuggestionReason,
} from './suggestion.type.js';

const sentences: Record<SuggestionReasonKind, MessageText> = {
  SAME_TASTE: 'Rates {products} as you do',
  FOLLOWED_BY: 'Followed by {users}',
  FOLLOWED: 'By people you follow: {users}',
  BOUGHT: 'You bought {products}',
  REVIEWED: 'You reviewed {products}',
  ANSWERED: 'You answered questions about {topics} before',
  TOPIC: 'Mentions {topics}, as your reviews do',
  HELPFUL: 'Others found it helpful',
};

@Resolver(() => SuggestionReason)
export class SuggestionReasonResolver {
  constructor(
    private readonly catalog: CatalogVerbs,
    private readonly accounts: UserVerbs,
  ) {}

  @FieldResolver(() => [Product], { description: 'Products named by the reason, up to 3. Empty for kinds without products.' })
  async products(@Root() { products }: SuggestionReasonSource, @Ctx() context: RequestContext): Promise<ProductDocument[]> {
    return present(await Promise.all(products.map((id) => context.load(this.catalog.productById, id))));
  }

  @FieldResolver(() => [User], { description: 'Users named by the reason, up to 3. Empty for kinds without users.' })
  async users(@Root() { users }: SuggestionReasonSource, @Ctx() context: RequestContext): Promise<PublicUser[]> {
    return present(await Promise.all(users.map((id) => context.load(this.accounts.userById, id))));
  }

  @FieldResolver(() => String, { description: 'The reason as a sentence to display, in the viewer’s language.' })
  async text(@Root() reason: SuggestionReasonSource, @Ctx() context: RequestContext): Promise<string> {
    const { language } = context;
    const values = {
      products: listOf(
        (await this.products(reason, context)).map(({ title }) => title),
        language,
      ),
      users: listOf(
        (await this.users(reason, context)).map(({ name }) => name),
        language,
      ),
      topics: listOf(reason.topics, language),
    };
    return translate({ text: sentences[reason.kind], values }, language);
  }
}

function present<Value>(values: (Value | null)[]): Value[] {
  return values.filter((value) => value !== null);
}

@Resolver(() => Viewer)
export class ViewerSuggestionsResolver {
  constructor(
    private readonly suggestedUsers: SuggestedUsers,
    private readonly suggestedQuestions: SuggestedQuestions,
    private readonly users: UserVerbs,
    private readonly questions: QuestionVerbs,
  ) {}

  @Authorized()
  @Cost({ weight: 100 })
  @FieldResolver(() => RecommendedUserConnection, {
    nullable: true,
    description:
      'Users the viewer might follow, best first, up to 100: users with the viewer’s taste by public ratings, and users followed by those the viewer follows. Excludes users the viewer follows and users who opted out of suggestions or personalisation. The list is empty if the viewer opted out.',
  })
  async recommendedUsers(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext) {
    const found = await this.suggestedUsers.suggestedFor(context.requireSignedIn().userId, context);
    return mapEdges(paginateArray(found, page, 'recommendedUsers'), async ({ id, score, reasons }) => {
      const node = await context.load(this.users.userById, id);
      return node && { node, score, reasons };
    });
  }

  @Authorized()
  @Cost({ weight: 100 })
  @FieldResolver(() => RecommendedQuestionConnection, {
    nullable: true,
    description:
      'Questions the viewer can probably answer, best first, up to 100: about products they bought or reviewed, questions without answers first. Excludes their own questions and those they answered. Empty without consent to personalisation.',
  })
  async recommendedQuestions(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext) {
    const found = await this.suggestedQuestions.suggestedFor(context.requireSignedIn().userId, context);
    return mapEdges(paginateArray(found, page, 'recommendedQuestions'), async ({ id, score, reasons }) => {
      const node = await context.load(this.questions.questionById, id);
      return node && { node, score, reasons };
    });
  }
}

@Resolver(() => Product)
export class ProductSuggestionsResolver {
  constructor(
    private readonly suggestedReviews: SuggestedReviews,
    private readonly reviews: ReviewVerbs,
  ) {}

  @Cost({ weight: 20 })
  @FieldResolver(() => RecommendedReviewConnection, {
    description:
      'Reviews of the product most likely to help the viewer, best first, up to 50: by users with the viewer’s taste, by users they follow, about topics of their own reviews, and reviews others found helpful. Anonymous users and users who opted out of suggestions or personalisation get the most helpful ones.',
  })
  async recommendedReviews(
    @Root() product: ProductDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ) {
    const found = await this.suggestedReviews.suggestedFor(product, context);
    return mapEdges(paginateArray(found, page, 'recommendedReviews'), async ({ id, score, reasons }) => {
      const node = await context.load(this.reviews.reviewById, id);
      return node?.visible ? { node, score, reasons } : null;
    });
  }
}
