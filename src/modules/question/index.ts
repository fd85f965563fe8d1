import type { BehaviourVerbs } from '../behaviour/index.js';
import type { CatalogVerbs } from '../catalog/index.js';
import type { FeedVerbs } from '../feed/index.js';
import { describeModule, verbs, type ContentKind, type Foundation } from '../module.js';
import type { NotificationVerbs } from '../notification/index.js';
import type { OrderVerbs } from '../order/index.js';
import { endOf } from '../../realtime/index.js';
import { keywordsOf } from '../../search/index.js';
import { ownedDocuments, type PersonalData } from '../personal-data.js';
import type { ScreeningVerbs } from '../screening/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import { AnswerChanges } from './answer-change.js';
import { AnswerReactions } from './answer-reactions.js';
import { AnswerResolver } from './answer.resolver.js';
import { AnswerService } from './answer.service.js';
import { AnswerableQuestions } from './answerable-questions.js';
import { QuestionBulk } from './question.bulk.js';
import { answerEvents, questionEvent, questionTopic } from './question.events.js';
import { questionLoaders, type QuestionLoaders } from './question.loader.js';
import { questionModels, type QuestionModels } from './question.model.js';
import { ProductQuestionsResolver, QuestionResolver, QuestionSearchResolver } from './question.resolver.js';
import { QuestionService } from './question.service.js';
import { SimilarQuestions } from './similar-questions.js';
import { Visibility } from './visibility.js';
import { AnswerPermissionsResolver, QuestionPermissionsResolver } from './question-permissions.resolver.js';
import { collections } from './question.collections.js';

export type { AnswerDocument } from './question.model.js';
export { Answer, Question } from './question.type.js';

export type { AnswerableQuestion } from './answerable-questions.js';

/** What other features may ask of questions. */
export type QuestionVerbs = ReturnType<typeof questionModule>['verbs'];

export interface QuestionDependencies {
  users: UserVerbs;
  catalog: CatalogVerbs;
  behaviour: BehaviourVerbs;
  orders: OrderVerbs;
  notifications: NotificationVerbs;
  feed: FeedVerbs;
  screening: ScreeningVerbs;
  socialGraph: SocialGraphVerbs;
}

/** Questions about products, and their answers. */
export function questionModule(
  { database, realtime, idempotency, events }: Foundation,
  { users, catalog, behaviour, orders, notifications, feed, screening, socialGraph }: QuestionDependencies,
) {
  const models = questionModels(database);
  const loaders = questionLoaders(models);
  const writing = { models, realtime, idempotency, events, behaviour, catalog, feed, notifications, screening };
  const visibility = new Visibility(models, loaders, socialGraph);
  const changes = new AnswerChanges(models, realtime, visibility);
  const questions = new QuestionService({ ...writing, visibility });
  const answers = new AnswerService({ ...writing, changes, orders, visibility });
  const reactions = new AnswerReactions(models, changes, notifications);
  const bulk = new QuestionBulk(models);
  const similar = new SimilarQuestions(models);
  return describeModule({
    name: 'question',
    collections,
    resolvers: [
      new QuestionPermissionsResolver(),
      new AnswerPermissionsResolver(),
      new QuestionResolver({ questions, visibility, loaders, users, catalog, socialGraph }),
      new AnswerResolver({ answers, reactions, visibility, loaders, users }),
      new ProductQuestionsResolver({ similar, loaders, socialGraph }),
      new QuestionSearchResolver(similar, catalog, socialGraph),
    ],
    nodes: {
      Question: (id, context) => visibility.question(id, context),
      Answer: (id, context) => visibility.answer(id, context),
    },
    on: { productsArchived: (change, { products }) => change.emitMany(products.map((id) => endOf(questionTopic(id)))) },
    personalData: [
      questionsOf(models),
      answersOf(models),
      ownedDocuments({ name: 'answerVotes', model: models.votes, owner: 'voter', erase: 'ANONYMISE' }),
    ],
    content: [questionContent(questions, loaders, visibility), answerContent(answers, loaders, visibility)],
    verbs: {
      questionById: loaders.questionById,
      answerById: loaders.answerById,
      ...verbs(bulk, ['importAnswers', 'importQuestions']),
      ...verbs(new AnswerableQuestions(models), ['answeredAmong', 'answeredBy', 'openQuestions']),
    },
  });
}

/** Questions stay without their author; their words follow the redacted text. */
function questionsOf({ questions }: QuestionModels): PersonalData {
  return {
    name: 'questions',
    collect: (author) => questions.find({ author }, { terms: 0 }).lean(),
    async erase({ session, emitMany, user, anonymousId, redact, max }) {
      const asked = await questions.find({ author: user }).limit(max).session(session).lean();
      for (const { _id, body } of asked) {
        const redacted = redact(body);
        const change = { author: anonymousId, body: redacted, terms: keywordsOf(redacted) };
        await questions.updateOne({ _id }, { $set: change }, { session });
      }
      const seen = asked.filter(({ hiddenAt }) => !hiddenAt);
      await emitMany(seen.map((question) => questionEvent('QUESTION_EDITED', { ...question, author: anonymousId })));
      return asked.length;
    },
  };
}

/** Answers stay without their author. */
function answersOf({ answers, questions }: QuestionModels): PersonalData {
  return {
    name: 'answers',
    collect: (author) => answers.find({ author }).lean(),
    async erase({ session, emitMany, user, anonymousId, redact, max }) {
      const written = await answers.find({ author: user }).limit(max).session(session).lean();
      for (const { _id, body } of written)
        await answers.updateOne({ _id }, { $set: { author: anonymousId, body: redact(body) } }, { session });
      const asked = await questions
        .find({ _id: { $in: written.map(({ question }) => question) } }, { author: 1 })
        .session(session)
        .lean();
      const askerOf = new Map(asked.map(({ _id, author }) => [_id.toHexString(), author]));
      const seen = written.filter(({ hiddenAt }) => !hiddenAt).map((answer) => ({ ...answer, author: anonymousId }));
      await emitMany(
        seen.flatMap((answer) => answerEvents('ANSWER_EDITED', answer, askerOf.get(answer.question.toHexString()) ?? anonymousId)),
      );
      return written.length;
    },
  };
}

function questionContent(questions: QuestionService, { questionById }: QuestionLoaders, visibility: Visibility): ContentKind {
  return {
    type: 'Question',
    authorOf: (session, id) => questions.authorOf(session, id),
    seenBy: (session, viewer, id) => visibility.questionSeenBy(session, viewer, id),
    moderation: {
      find: (context, id) => context.load(questionById, id),
      show: (change, id, visible, isRelease) => questions.show(change, id, visible, isRelease),
      release: (change, id) => questions.release(change, id),
    },
    comments: null,
  };
}

function answerContent(answers: AnswerService, { answerById }: QuestionLoaders, visibility: Visibility): ContentKind {
  return {
    type: 'Answer',
    authorOf: (session, id) => answers.authorOf(session, id),
    seenBy: (session, viewer, id) => visibility.answerSeenBy(session, viewer, id),
    moderation: {
      find: (context, id) => context.load(answerById, id),
      show: (change, id, visible, isRelease) => answers.show(change, id, visible, isRelease),
      release: (change, id) => answers.release(change, id),
    },
    comments: {
      keyOf: (id) => `answer:${id.toHexString()}`,
      count: (session, id, by) => answers.countComments(session, id, by),
      find: (context, id) => visibility.answer(id, context),
    },
  };
}
