import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Authorized, Ctx, ID, Info, Resolver, Root } from 'type-graphql';
import { RequestError } from '../../errors.js';
import { encodeEventCursor, subscribeTo, type LoggedEvent, type StreamSubject } from '../../realtime/index.js';
import { Cost } from '../../relay/cost.js';
import { asksFor, ConnectionArgs, edgeIn, paginateArray, withLiveCursor, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { ChangeKind, changeKindOf, kindAsTold } from '../../relay/change-kind.js';
import { idOf, toGlobalId } from '../../relay/global-id.js';
import { AfterEvent, FieldResolver, Mutation, Query, Subscription } from '../../relay/output.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { payload } from '../../relay/payload.js';
import { Product, type CatalogVerbs, type ProductDocument } from '../catalog/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import { User, type PublicUser, type UserVerbs } from '../user/index.js';
import { answerChangeOf } from './answer-change-event.js';
import { answerList } from './answer.service.js';
import { answerTopic, questionChanges, questionTopic } from './question.events.js';
import type { QuestionLoaders } from './question.loader.js';
import type { AnswerDocument, QuestionDocument } from './question.model.js';
import { checkQuestion, questionList, type QuestionService } from './question.service.js';
import {
  Answer,
  AnswerConnection,
  AskQuestionInput,
  AskQuestionPayload,
  DeleteQuestionInput,
  DeleteQuestionPayload,
  Question,
  QuestionAsked,
  QuestionChanged,
  QuestionConnection,
  QuestionSort,
} from './question.type.js';
import type { SimilarQuestions } from './similar-questions.js';
import type { Visibility } from './visibility.js';

const maxSimilar = 20;
const maxFound = 100;
const maxQuery = 200;

export interface QuestionResolverDependencies {
  questions: QuestionService;
  visibility: Visibility;
  loaders: QuestionLoaders;
  users: UserVerbs;
  catalog: CatalogVerbs;
  socialGraph: SocialGraphVerbs;
}

@Resolver(() => Question)
export class QuestionResolver {
  constructor(private readonly dependencies: QuestionResolverDependencies) {}

  @FieldResolver(() => User, { nullable: true, description: 'The author. Null if their account was deleted.' })
  author(@Root() question: QuestionDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(this.dependencies.users.userById, question.author);
  }

  @FieldResolver(() => Product, { nullable: true, description: 'The product the question is about. Null if it was deleted.' })
  product(@Root() question: QuestionDocument, @Ctx() context: RequestContext): Promise<ProductDocument | null> {
    return context.load(this.dependencies.catalog.productById, question.product);
  }

  @FieldResolver(() => Answer, { nullable: true, description: 'The answer accepted by the asker. Null if there is none.' })
  acceptedAnswer(@Root() { acceptedAnswer }: QuestionDocument, @Ctx() context: RequestContext): Promise<AnswerDocument | null> | null {
    return acceptedAnswer ? this.dependencies.visibility.answer(acceptedAnswer, context) : null;
  }

  @FieldResolver(() => AnswerConnection, { description: 'Answers: the accepted one first, then by helpfulness, then oldest first.' })
  async answers(
    @Root() question: QuestionDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<AnswerDocument>> {
    const hidden = await this.dependencies.socialGraph.hiddenFrom(context);
    const list = answerList(question._id, hidden);
    if (hidden.length === 0) list.totalCount = question.answerCount;
    return withLiveCursor(answerTopic(question._id), info, context, () =>
      context.require(this.dependencies.loaders.answersOfQuestion, { parent: question._id, list, args: page }),
    );
  }

  @Authorized()
  @ChecksInput(({ body }: AskQuestionInput) => checkQuestion(body))
  @Mutation(() => AskQuestionPayload, { description: 'Asks a question about a product and notifies its merchant.' })
  askQuestion(
    @Arg('input', () => AskQuestionInput, { description: 'The question to ask.' }) { productId, ...rest }: AskQuestionInput,
    @Ctx() context: RequestContext,
  ) {
    const product = idOf('Product', productId, 'input.productId');
    return payload(async () => {
      const question = await this.dependencies.questions.ask(context.requireSignedIn().userId, { ...rest, product });
      return { question, held: question.hiddenAt !== null };
    });
  }

  @Authorized()
  @Mutation(() => DeleteQuestionPayload, {
    description: 'Deletes one of the viewer’s questions. Only questions without answers can be deleted.',
  })
  deleteQuestion(
    @Arg('input', () => DeleteQuestionInput, { description: 'The question to delete.' }) { questionId }: DeleteQuestionInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Question', questionId, 'input.questionId');
    return payload(async () => {
      const { product } = await this.dependencies.questions.delete(context.requireSignedIn().userId, id);
      return { deletedQuestionId: questionId, product: await context.load(this.dependencies.catalog.productById, product) };
    });
  }

  @Subscription(() => QuestionAsked, {
    description: 'New questions about a product.',
    subscribe: subscribeTo({ topic: topicOf, subject: productOf, types: ['QUESTION_ASKED'] }),
  })
  async questionAsked(
    @Root() event: LoggedEvent,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('productId', () => ID, { description: 'The product to watch.' }) productId: string,
    @AfterEvent() _after?: string | null,
  ) {
    const question = await context.load(this.dependencies.loaders.questionById, event.data['question'] as QuestionDocument['_id']);
    const visible = question?.hiddenAt ? null : question;
    const { productById } = this.dependencies.catalog;
    const product = asksFor(info, 'product') ? await context.load(productById, idOf('Product', productId, 'productId')) : null;
    const edge = visible && edgeIn(questionList(visible.product, [], 'NEWEST'), visible);
    return { cursor: encodeEventCursor(event), question: visible, edge, product };
  }

  @Subscription(() => QuestionChanged, {
    description:
      'Every question about a product that is added, edited or removed. An answer that is added, edited, accepted or removed is an edit of its question; votes are not sent.',
    subscribe: subscribeTo({ topic: topicOf, subject: productOf, types: questionChanges }),
  })
  async questionChanged(
    @Root() event: LoggedEvent,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('productId', () => ID, { description: 'The product to watch.' }) productId: string,
    @AfterEvent() _after?: string | null,
  ) {
    const { catalog, loaders } = this.dependencies;
    const id = event.data['question'] as QuestionDocument['_id'];
    const isOfAnswer = event.data['answer'] !== undefined;
    const happened = isOfAnswer ? ChangeKind.EDITED : changeKindOf(event.type);
    const found = happened === 'REMOVED' ? null : await context.load(loaders.questionById, id);
    const question = found?.hiddenAt ? null : found;
    const kind = kindAsTold(happened, question);
    return {
      cursor: encodeEventCursor(event),
      kind,
      questionId: toGlobalId('Question', id),
      question,
      edge: kind === 'ADDED' && question ? edgeIn(questionList(question.product, [], 'NEWEST'), question) : null,
      answerChange: isOfAnswer && question ? await answerChangeOf(event, loaders, context) : null,
      product: asksFor(info, 'product') ? await context.load(catalog.productById, productOf({ productId }).id) : null,
    };
  }
}

function productOf({ productId }: { productId: string }): StreamSubject {
  const argument = 'productId';
  return { type: 'Product', id: idOf('Product', productId, argument), argument };
}

function topicOf(args: { productId: string }): string {
  return questionTopic(productOf(args).id);
}

/** Questions across the shop. */
@Resolver()
export class QuestionSearchResolver {
  constructor(
    private readonly similar: SimilarQuestions,
    private readonly catalog: CatalogVerbs,
    private readonly socialGraph: SocialGraphVerbs,
  ) {}

  @Cost({ weight: 20 })
  @Query(() => QuestionConnection, {
    description: 'Finds questions that contain all words of the query, best match first, up to 100. The last word may be unfinished.',
  })
  async searchQuestions(
    @Arg('query', () => String, { description: 'Words of the question, up to 200 characters. Finds nothing when empty.' }) query: string,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Arg('productId', () => ID, { nullable: true, description: 'Only questions about this product. About any product when left out.' })
    productId?: string | null,
  ): Promise<Connection<QuestionDocument>> {
    if (query.length > maxQuery) throw new RequestError('BAD_USER_INPUT', `A query can have up to ${maxQuery} characters.`, 'query');
    const product = productId ? idOf('Product', productId, 'productId') : null;
    if (product && !(await this.catalog.productInShop(context, product)))
      throw new RequestError('NOT_FOUND', 'This product does not exist.', 'productId');
    const found = await this.similar.search(product, query, await this.socialGraph.hiddenFrom(context), maxFound);
    const shown = await Promise.all(found.map((question) => this.catalog.productInShop(context, question.product)));
    return paginateArray(
      found.filter((_, at) => shown[at]),
      page,
      'searchQuestions',
    );
  }
}

export interface ProductQuestionsResolverDependencies {
  similar: SimilarQuestions;
  loaders: QuestionLoaders;
  socialGraph: SocialGraphVerbs;
}

@Resolver(() => Product)
export class ProductQuestionsResolver {
  constructor(private readonly dependencies: ProductQuestionsResolverDependencies) {}

  @FieldResolver(() => QuestionConnection, { description: 'Questions about the product.' })
  async questions(
    @Root() product: ProductDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('sort', () => QuestionSort, { nullable: true, defaultValue: QuestionSort.NEWEST, description: 'Order of the list.' })
    sort: QuestionSort,
    @Arg('answered', () => Boolean, {
      nullable: true,
      description: 'Only questions with answers (true) or without (false). All questions when left out.',
    })
    answered?: boolean | null,
  ): Promise<Connection<QuestionDocument>> {
    const list = questionList(product._id, await this.dependencies.socialGraph.hiddenFrom(context), sort, answered);
    return withLiveCursor(questionTopic(product._id), info, context, () =>
      context.require(this.dependencies.loaders.questionsOfProduct, { parent: product._id, list, args: page }),
    );
  }

  @FieldResolver(() => QuestionConnection, {
    description: 'Existing questions similar to a text, most similar first, up to 20. Suggest them while the viewer types a question.',
  })
  async similarQuestions(
    @Root() product: ProductDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Arg('text', () => String, { description: 'The text typed so far, up to 2,000 characters.' }) text: string,
  ): Promise<Connection<QuestionDocument>> {
    if (text.length > 2000) throw new RequestError('BAD_USER_INPUT', 'The text may have at most 2,000 characters.', 'text');
    const found = await this.dependencies.similar.find(
      product._id,
      text,
      await this.dependencies.socialGraph.hiddenFrom(context),
      maxSimilar,
    );
    return paginateArray(found, page, 'similarQuestions');
  }
}
