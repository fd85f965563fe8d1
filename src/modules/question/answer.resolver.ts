import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Authorized, Ctx, ID, Info, Resolver, Root } from 'type-graphql';
import { encodeEventCursor, subscribeTo, type LoggedEvent, type StreamSubject } from '../../realtime/index.js';
import { asksFor, edgeIn } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { AfterEvent, FieldResolver, Mutation, Subscription } from '../../relay/output.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { payload } from '../../relay/payload.js';
import { User, type PublicUser, type UserVerbs } from '../user/index.js';
import { answerChangeOf } from './answer-change-event.js';
import type { AnswerReactions } from './answer-reactions.js';
import { answerList, checkAnswer, type AnswerService } from './answer.service.js';
import { answerChanges, answerTopic } from './question.events.js';
import type { QuestionLoaders } from './question.loader.js';
import type { AnswerDocument, QuestionDocument } from './question.model.js';
import {
  AcceptAnswerInput,
  AcceptAnswerPayload,
  Answer,
  AnswerAdded,
  AnswerChanged,
  AnswerQuestionInput,
  AnswerQuestionPayload,
  AnswerVote,
  DeleteAnswerInput,
  DeleteAnswerPayload,
  EditAnswerInput,
  EditAnswerPayload,
  Question,
  VoteAnswerInput,
  VoteAnswerPayload,
} from './question.type.js';
import type { Visibility } from './visibility.js';

export interface AnswerResolverDependencies {
  answers: AnswerService;
  reactions: AnswerReactions;
  visibility: Visibility;
  loaders: QuestionLoaders;
  users: UserVerbs;
}

@Resolver(() => Answer)
export class AnswerResolver {
  constructor(private readonly dependencies: AnswerResolverDependencies) {}

  @FieldResolver(() => User, { nullable: true, description: 'The author. Null if their account was deleted.' })
  author(@Root() answer: AnswerDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(this.dependencies.users.userById, answer.author);
  }

  @FieldResolver(() => Question, { nullable: true, description: 'The question it answers. Null if it was deleted.' })
  question(@Root() { question }: AnswerDocument, @Ctx() context: RequestContext): Promise<QuestionDocument | null> {
    return this.dependencies.visibility.question(question, context);
  }

  @FieldResolver(() => AnswerVote, { nullable: true, description: 'The viewer’s vote. Null if they have not voted.' })
  async viewerVote(@Root() answer: AnswerDocument, @Ctx() context: RequestContext): Promise<`${AnswerVote}` | null> {
    if (!context.signedIn) return null;
    const vote = await context.load(this.dependencies.loaders.voteOnAnswer, { subject: answer._id, user: context.signedIn.userId });
    if (!vote) return null;
    return vote.helpful ? AnswerVote.HELPFUL : AnswerVote.UNHELPFUL;
  }

  @Authorized()
  @ChecksInput(({ body }: AnswerQuestionInput) => checkAnswer(body))
  @Mutation(() => AnswerQuestionPayload, { description: 'Answers a question and notifies the asker.' })
  answerQuestion(
    @Arg('input', () => AnswerQuestionInput, { description: 'The question, and the answer to it.' })
    { questionId, ...rest }: AnswerQuestionInput,
    @Ctx() context: RequestContext,
  ) {
    const question = idOf('Question', questionId, 'input.questionId');
    return payload(async () => {
      const answer = await this.dependencies.answers.answer(context.requireSignedIn().userId, { ...rest, question });
      return { answer, held: answer.hiddenAt !== null };
    });
  }

  @Authorized()
  @Mutation(() => EditAnswerPayload, { description: 'Edits one of the viewer’s answers.' })
  editAnswer(
    @Arg('input', () => EditAnswerInput, { description: 'The answer, and its new text.' }) { answerId, body }: EditAnswerInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Answer', answerId, 'input.answerId');
    return payload(async () => {
      const answer = await this.dependencies.answers.edit(context.requireSignedIn().userId, id, body);
      return { answer, held: answer.hiddenAt !== null };
    });
  }

  @Authorized()
  @Mutation(() => DeleteAnswerPayload, { description: 'Deletes one of the viewer’s answers.' })
  deleteAnswer(
    @Arg('input', () => DeleteAnswerInput, { description: 'The answer to delete.' }) { answerId }: DeleteAnswerInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Answer', answerId, 'input.answerId');
    return payload(async () => {
      const { question } = await this.dependencies.answers.delete(context.requireSignedIn().userId, id);
      return { deletedAnswerId: answerId, question: await this.dependencies.visibility.question(question, context) };
    });
  }

  @Authorized()
  @Mutation(() => AcceptAnswerPayload, { description: 'Accepts an answer to the viewer’s question. Replaces an earlier accepted answer.' })
  acceptAnswer(
    @Arg('input', () => AcceptAnswerInput, { description: 'The answer, and whether to accept it.' })
    { answerId, accepted }: AcceptAnswerInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Answer', answerId, 'input.answerId');
    return payload(async () => ({ answer: await this.dependencies.reactions.accept(context.requireSignedIn().userId, id, accepted) }));
  }

  @Authorized()
  @Mutation(() => VoteAnswerPayload, { description: 'Votes on whether an answer was helpful. Replaces the viewer’s earlier vote.' })
  voteAnswer(
    @Arg('input', () => VoteAnswerInput, { description: 'The answer, and the vote on it.' }) { answerId, vote }: VoteAnswerInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Answer', answerId, 'input.answerId');
    const helpful = vote ? vote === AnswerVote.HELPFUL : null;
    return payload(async () => ({ answer: await this.dependencies.reactions.vote(context.requireSignedIn().userId, id, helpful) }));
  }

  @Subscription(() => AnswerAdded, {
    description: 'New answers to a question.',
    subscribe: subscribeTo({ topic: topicOf, subject: questionOf, types: ['ANSWER_ADDED'] }),
  })
  async answerAdded(
    @Root() event: LoggedEvent,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('questionId', () => ID, { description: 'The question to watch.' }) questionId: string,
    @AfterEvent() _after?: string | null,
  ) {
    const answer = await context.load(this.dependencies.loaders.answerById, event.data['answer'] as AnswerDocument['_id']);
    const visible = answer?.hiddenAt ? null : answer;
    const question = await this.questionAsked(questionId, info, context);
    const edge = visible && edgeIn(answerList(visible.question, []), visible);
    return { cursor: encodeEventCursor(event), answer: visible, edge, question };
  }

  @Subscription(() => AnswerChanged, {
    description: 'Every answer to a question that is added, edited, accepted or removed. Votes are not sent.',
    subscribe: subscribeTo({ topic: topicOf, subject: questionOf, types: answerChanges }),
  })
  async answerChanged(
    @Root() event: LoggedEvent,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('questionId', () => ID, { description: 'The question to watch.' }) questionId: string,
    @AfterEvent() _after?: string | null,
  ) {
    const change = await answerChangeOf(event, this.dependencies.loaders, context);
    return { cursor: encodeEventCursor(event), ...change, question: await this.questionAsked(questionId, info, context) };
  }

  /** Who sees the question depends on the viewer, so that it is looked up for those who ask for it only. */
  private async questionAsked(questionId: string, info: GraphQLResolveInfo, context: RequestContext): Promise<QuestionDocument | null> {
    return asksFor(info, 'question') ? this.dependencies.visibility.question(questionOf({ questionId }).id, context) : null;
  }
}

function questionOf({ questionId }: { questionId: string }): StreamSubject {
  const argument = 'questionId';
  return { type: 'Question', id: idOf('Question', questionId, argument), argument };
}

function topicOf(args: { questionId: string }): string {
  return answerTopic(questionOf(args).id);
}
