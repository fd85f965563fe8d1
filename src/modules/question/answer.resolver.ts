import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Authorized, Ctx, ID, Info, Resolver, Root } from 'type-graphql';
import { encodeEventCursor, subscribeTo, type LoggedEvent } from '../../realtime/index.js';
import { asksFor, edgeIn } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf, toGlobalId } from '../../relay/global-id.js';
import { FieldResolver, Mutation, Subscription } from '../../relay/output.js';
import { payload } from '../../relay/payload.js';
import { User, type PublicUser, type UserVerbs } from '../user/index.js';
import type { AnswerReactions } from './answer-reactions.js';
import { answerList, answerTopic, type AnswerService } from './answer.service.js';
import type { QuestionLoaders } from './question.loader.js';
import type { AnswerDocument, QuestionDocument } from './question.model.js';
import {
  AcceptAnswerInput,
  AcceptAnswerPayload,
  Answer,
  AnswerAdded,
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

  @FieldResolver(() => User, { nullable: true, description: 'Who answered; null where they have left.' })
  author(@Root() answer: AnswerDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(this.dependencies.users.userById, answer.author);
  }

  @FieldResolver(() => Question, { nullable: true, description: 'What it answers; null where that is gone.' })
  question(@Root() { question }: AnswerDocument, @Ctx() context: RequestContext): Promise<QuestionDocument | null> {
    return this.dependencies.visibility.question(question, context);
  }

  @FieldResolver(() => AnswerVote, { nullable: true, description: 'One’s own vote; null without one.' })
  async viewerVote(@Root() answer: AnswerDocument, @Ctx() context: RequestContext): Promise<`${AnswerVote}` | null> {
    if (!context.signedIn) return null;
    const vote = await context.load(this.dependencies.loaders.voteOnAnswer, { subject: answer._id, user: context.signedIn.userId });
    if (!vote) return null;
    return vote.helpful ? AnswerVote.HELPFUL : AnswerVote.UNHELPFUL;
  }

  @Authorized()
  @Mutation(() => AnswerQuestionPayload, { description: 'Answers a question. Whoever asked is told.' })
  answerQuestion(
    @Arg('input', () => AnswerQuestionInput, { description: 'The answer.' }) { questionId, ...rest }: AnswerQuestionInput,
    @Ctx() context: RequestContext,
  ) {
    const question = idOf('Question', questionId, 'input.questionId');
    return payload(async () => {
      const answer = await this.dependencies.answers.answer(context.requireSignedIn().userId, { ...rest, question });
      return { answer, held: answer.hiddenAt !== null };
    });
  }

  @Authorized()
  @Mutation(() => EditAnswerPayload, { description: 'Changes one’s own answer.' })
  editAnswer(
    @Arg('input', () => EditAnswerInput, { description: 'The new text.' }) { answerId, body }: EditAnswerInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Answer', answerId, 'input.answerId');
    return payload(async () => {
      const answer = await this.dependencies.answers.edit(context.requireSignedIn().userId, id, body);
      return { answer, held: answer.hiddenAt !== null };
    });
  }

  @Authorized()
  @Mutation(() => DeleteAnswerPayload, { description: 'Deletes one’s own answer.' })
  deleteAnswer(
    @Arg('input', () => DeleteAnswerInput, { description: 'Which.' }) { answerId }: DeleteAnswerInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Answer', answerId, 'input.answerId');
    return payload(async () => {
      const { _id } = await this.dependencies.answers.delete(context.requireSignedIn().userId, id);
      return { deletedAnswerId: toGlobalId('Answer', _id) };
    });
  }

  @Authorized()
  @Mutation(() => AcceptAnswerPayload, { description: 'Accepts an answer to one’s own question; at most one is accepted.' })
  acceptAnswer(
    @Arg('input', () => AcceptAnswerInput, { description: 'Which.' }) { answerId, accepted }: AcceptAnswerInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Answer', answerId, 'input.answerId');
    return payload(async () => ({ answer: await this.dependencies.reactions.accept(context.requireSignedIn().userId, id, accepted) }));
  }

  @Authorized()
  @Mutation(() => VoteAnswerPayload, { description: 'Says whether an answer helped. One vote each, and it may be changed.' })
  voteAnswer(
    @Arg('input', () => VoteAnswerInput, { description: 'The vote.' }) { answerId, vote }: VoteAnswerInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Answer', answerId, 'input.answerId');
    const helpful = vote ? vote === AnswerVote.HELPFUL : null;
    return payload(async () => ({ answer: await this.dependencies.reactions.vote(context.requireSignedIn().userId, id, helpful) }));
  }

  @Subscription(() => AnswerAdded, {
    description: 'Every new answer to a question.',
    subscribe: subscribeTo((args: { questionId: string }) => answerTopic(idOf('Question', args.questionId, 'questionId'))),
  })
  async answerAdded(
    @Root() event: LoggedEvent,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('questionId', () => ID, { description: 'To which question.' }) questionId: string,
    @Arg('after', () => String, { nullable: true, description: 'Go on after this event’s cursor; only new events where left out.' })
    _after?: string | null,
  ) {
    const answer = await context.load(this.dependencies.loaders.answerById, event.data['answer'] as AnswerDocument['_id']);
    const visible = answer?.hiddenAt ? null : answer;
    // Who sees the question depends on the viewer, so that it is looked up for those who ask for it only.
    const { visibility } = this.dependencies;
    const question = asksFor(info, 'question') ? await visibility.question(idOf('Question', questionId, 'questionId'), context) : null;
    const edge = visible && edgeIn(answerList(visible.question, []), visible);
    return { cursor: encodeEventCursor(event), answer: visible, edge, question };
  }
}
