import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Mutation, Resolver, Root, Subscription } from 'type-graphql';
import { RequestError } from '../../errors.js';
import { ConnectionArgs, paginateArray, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf, toGlobalId } from '../../relay/global-id.js';
import { registerNode } from '../../relay/node.js';
import { payload } from '../../relay/payload.js';
import { encodeEventCursor, subscribeTo, type LoggedEvent } from '../../realtime/index.js';
import { Product, productById, type ProductDocument } from '../catalog/index.js';
import { hiddenFrom, isHiddenFrom } from '../social-graph/index.js';
import { User, userById, type PublicUser } from '../user/index.js';
import { answerById, answersOfQuestion, questionById, questionsOfProduct, voteOnAnswer } from './question.loader.js';
import type { AnswerDocument, QuestionDocument } from './question.model.js';
import './question.privacy.js';
import {
  acceptAnswer,
  answerList,
  answerQuestion,
  answerTopic,
  askQuestion,
  deleteAnswer,
  deleteQuestion,
  editAnswer,
  questionList,
  questionTopic,
  voteAnswer,
} from './question.service.js';
import {
  AcceptAnswerInput,
  AcceptAnswerPayload,
  Answer,
  AnswerAdded,
  AnswerConnection,
  AnswerQuestionInput,
  AnswerQuestionPayload,
  AnswerVote,
  AskQuestionInput,
  AskQuestionPayload,
  DeleteAnswerInput,
  DeleteAnswerPayload,
  DeleteQuestionInput,
  DeleteQuestionPayload,
  EditAnswerInput,
  EditAnswerPayload,
  Question,
  QuestionAsked,
  QuestionConnection,
  QuestionSort,
  VoteAnswerInput,
  VoteAnswerPayload,
} from './question.type.js';
import { similarQuestions } from './similar-questions.js';

const mostSimilar = 20;

type Hideable = Pick<AnswerDocument, 'author' | 'hiddenAt'>;

/** What is not hidden from everybody or from the viewer. */
async function visible<Content extends Hideable>(content: Content | null, context: RequestContext): Promise<Content | null> {
  if (!content || content.hiddenAt) return null;
  return (await isHiddenFrom(context, content.author)) ? null : content;
}

registerNode('Question', async (id, context) => visible(await context.load(questionById, id), context));
registerNode('Answer', async (id, context) => visible(await context.load(answerById, id), context));

@Resolver(() => Question)
export class QuestionResolver {
  @FieldResolver(() => User, { nullable: true, description: 'Who asked; null where they have left.' })
  author(@Root() question: QuestionDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(userById, question.author);
  }

  @FieldResolver(() => Product, { nullable: true, description: 'What it is about; null where the product is gone.' })
  product(@Root() question: QuestionDocument, @Ctx() context: RequestContext): Promise<ProductDocument | null> {
    return context.load(productById, question.product);
  }

  @FieldResolver(() => Answer, { nullable: true, description: 'The answer that the asker accepted; null while there is none.' })
  async acceptedAnswer(@Root() { acceptedAnswer }: QuestionDocument, @Ctx() context: RequestContext): Promise<AnswerDocument | null> {
    return acceptedAnswer ? visible(await context.load(answerById, acceptedAnswer), context) : null;
  }

  @FieldResolver(() => AnswerConnection, { description: 'The answers: the accepted one, then the most helpful, then the earliest.' })
  async answers(
    @Root() question: QuestionDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<AnswerDocument>> {
    const list = { ...answerList(question._id, await hiddenFrom(context)), totalCount: question.answerCount };
    return context.require(answersOfQuestion, { parent: question._id, list, args: page });
  }

  @Authorized()
  @Mutation(() => AskQuestionPayload, { description: 'Asks about a product. Its merchant is told.' })
  askQuestion(
    @Arg('input', () => AskQuestionInput, { description: 'The question.' }) { productId, ...rest }: AskQuestionInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const product = idOf('Product', productId, 'input.productId');
    return payload(async () => {
      const question = await askQuestion(context.requireSignedIn().userId, { ...rest, product });
      return { question, held: question.hiddenAt !== null };
    });
  }

  @Authorized()
  @Mutation(() => DeleteQuestionPayload, { description: 'Deletes one’s own question, while nobody has answered it.' })
  deleteQuestion(
    @Arg('input', () => DeleteQuestionInput, { description: 'Which.' }) { questionId }: DeleteQuestionInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const id = idOf('Question', questionId, 'input.questionId');
    return payload(async () => {
      const { _id } = await deleteQuestion(context.requireSignedIn().userId, id);
      return { deletedQuestionId: toGlobalId('Question', _id) };
    });
  }

  @Subscription(() => QuestionAsked, {
    description: 'Every new question about a product.',
    subscribe: subscribeTo((args: { productId: string }) => questionTopic(idOf('Product', args.productId, 'productId'))),
  })
  async questionAsked(
    @Root() event: LoggedEvent,
    @Ctx() context: RequestContext,
    @Arg('productId', () => ID, { description: 'About which product.' }) _productId: string,
    @Arg('after', () => String, { nullable: true, description: 'Go on after this event’s cursor; only new events where left out.' })
    _after?: string | null,
  ): Promise<object> {
    const question = await context.load(questionById, event.data['question'] as QuestionDocument['_id']);
    return { cursor: encodeEventCursor(event), question: question?.hiddenAt ? null : question };
  }
}

@Resolver(() => Answer)
export class AnswerResolver {
  @FieldResolver(() => User, { nullable: true, description: 'Who answered; null where they have left.' })
  author(@Root() answer: AnswerDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(userById, answer.author);
  }

  @FieldResolver(() => Question, { nullable: true, description: 'What it answers; null where that is gone.' })
  async question(@Root() { question }: AnswerDocument, @Ctx() context: RequestContext): Promise<QuestionDocument | null> {
    return visible(await context.load(questionById, question), context);
  }

  @FieldResolver(() => AnswerVote, { nullable: true, description: 'One’s own vote; null without one.' })
  async viewerVote(@Root() answer: AnswerDocument, @Ctx() context: RequestContext): Promise<AnswerVote | null> {
    if (!context.signedIn) return null;
    const vote = await context.load(voteOnAnswer, { subject: answer._id, user: context.signedIn.userId });
    if (!vote) return null;
    return vote.helpful ? AnswerVote.HELPFUL : AnswerVote.UNHELPFUL;
  }

  @Authorized()
  @Mutation(() => AnswerQuestionPayload, { description: 'Answers a question. Whoever asked is told.' })
  answerQuestion(
    @Arg('input', () => AnswerQuestionInput, { description: 'The answer.' }) { questionId, ...rest }: AnswerQuestionInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const question = idOf('Question', questionId, 'input.questionId');
    return payload(async () => {
      const answer = await answerQuestion(context.requireSignedIn().userId, { ...rest, question });
      return { answer, held: answer.hiddenAt !== null };
    });
  }

  @Authorized()
  @Mutation(() => EditAnswerPayload, { description: 'Changes one’s own answer.' })
  editAnswer(
    @Arg('input', () => EditAnswerInput, { description: 'The new text.' }) { answerId, body }: EditAnswerInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const id = idOf('Answer', answerId, 'input.answerId');
    return payload(async () => ({ answer: await editAnswer(context.requireSignedIn().userId, id, body) }));
  }

  @Authorized()
  @Mutation(() => DeleteAnswerPayload, { description: 'Deletes one’s own answer.' })
  deleteAnswer(
    @Arg('input', () => DeleteAnswerInput, { description: 'Which.' }) { answerId }: DeleteAnswerInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const id = idOf('Answer', answerId, 'input.answerId');
    return payload(async () => {
      const { _id } = await deleteAnswer(context.requireSignedIn().userId, id);
      return { deletedAnswerId: toGlobalId('Answer', _id) };
    });
  }

  @Authorized()
  @Mutation(() => AcceptAnswerPayload, { description: 'Accepts an answer to one’s own question; at most one is accepted.' })
  acceptAnswer(
    @Arg('input', () => AcceptAnswerInput, { description: 'Which.' }) { answerId, accepted }: AcceptAnswerInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const id = idOf('Answer', answerId, 'input.answerId');
    return payload(async () => ({ answer: await acceptAnswer(context.requireSignedIn().userId, id, accepted) }));
  }

  @Authorized()
  @Mutation(() => VoteAnswerPayload, { description: 'Says whether an answer helped. One vote each, and it may be changed.' })
  voteAnswer(
    @Arg('input', () => VoteAnswerInput, { description: 'The vote.' }) { answerId, vote }: VoteAnswerInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const id = idOf('Answer', answerId, 'input.answerId');
    const helpful = vote ? vote === AnswerVote.HELPFUL : null;
    return payload(async () => ({ answer: await voteAnswer(context.requireSignedIn().userId, id, helpful) }));
  }

  @Subscription(() => AnswerAdded, {
    description: 'Every new answer to a question.',
    subscribe: subscribeTo((args: { questionId: string }) => answerTopic(idOf('Question', args.questionId, 'questionId'))),
  })
  async answerAdded(
    @Root() event: LoggedEvent,
    @Ctx() context: RequestContext,
    @Arg('questionId', () => ID, { description: 'To which question.' }) _questionId: string,
    @Arg('after', () => String, { nullable: true, description: 'Go on after this event’s cursor; only new events where left out.' })
    _after?: string | null,
  ): Promise<object> {
    const answer = await context.load(answerById, event.data['answer'] as AnswerDocument['_id']);
    return { cursor: encodeEventCursor(event), answer: answer?.hiddenAt ? null : answer };
  }
}

@Resolver(() => Product)
export class ProductQuestionsResolver {
  @FieldResolver(() => QuestionConnection, { description: 'What people want to know of it.' })
  async questions(
    @Root() product: ProductDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Arg('sort', () => QuestionSort, { nullable: true, defaultValue: QuestionSort.NEWEST, description: 'In which order.' })
    sort: QuestionSort,
    @Arg('answered', () => Boolean, { nullable: true, description: 'Only those with, or without, an answer; all where left out.' })
    answered?: boolean | null,
  ): Promise<Connection<QuestionDocument>> {
    const list = questionList(product._id, await hiddenFrom(context), sort, answered);
    return context.require(questionsOfProduct, { parent: product._id, list, args: page });
  }

  @FieldResolver(() => QuestionConnection, {
    description: 'Earlier questions that ask nearly the same, the most alike first, at most 20: show them while somebody types.',
  })
  async similarQuestions(
    @Root() product: ProductDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Arg('text', () => String, { description: 'What is typed so far, at most 2,000 characters.' }) text: string,
  ): Promise<Connection<QuestionDocument>> {
    if (text.length > 2000) throw new RequestError('BAD_USER_INPUT', 'The text may have at most 2,000 characters.', 'text');
    const found = await similarQuestions(product._id, text, await hiddenFrom(context), mostSimilar);
    return paginateArray(found, page, 'similarQuestions');
  }
}
