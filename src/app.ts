/** The composition root: the only place where parts are wired to each other. */
import type { FastifyBaseLogger } from 'fastify';
import mongoose from 'mongoose';
import type { Config } from './config.js';
import { RequestError } from './errors.js';
import { CompiledOperations } from './graphql/compiled-operations.js';
import { assembleSchema } from './graphql/schema.js';
import { withPort } from './http/port.js';
import { createHttpServer, type HttpServer } from './http/server.js';
import { BehaviourResolver } from './modules/behaviour/index.js';
import { limitPasswordAttempts, PasswordAttempts } from './graphql/password-attempts.js';
import { RateLimits } from './graphql/rate-limits.js';
import { CatalogSearch, CategoryFacetResolver, CategoryResolver, ProductResolver, ProductSearchResolver } from './modules/catalog/index.js';
import {
  AnswerCommentsResolver,
  CommentResolver,
  ProductCommentsResolver,
  ReviewCommentsResolver,
  ShareCommentsResolver,
} from './modules/comment/index.js';
import { FeedFanOut, FeedItemResolver, ViewerFeedResolver } from './modules/feed/index.js';
import {
  MerchantFeedbackResolver,
  MerchantFeedbackSummaryResolver,
  ProductFeedbackCountResolver,
  ViewerFeedbackResolver,
} from './modules/feedback/index.js';
import {
  AuditEntryResolver,
  ModerationDecisionResolver,
  ModerationResolver,
  ViewerModerationResolver,
} from './modules/moderation/index.js';
import { NotificationResolver, ViewerNotificationsResolver } from './modules/notification/index.js';
import { OrderItemResolver, OrderResolver, ViewerOrdersResolver } from './modules/order/index.js';
import {
  RecommendationReasonResolver,
  RecommendedProductResolver,
  RecommenderService,
  SimilarProductsResolver,
  ViewerRecommendationsResolver,
} from './modules/recommendation/index.js';
import { PrivacyResolver } from './modules/privacy/index.js';
import { AnswerResolver, ProductQuestionsResolver, QuestionResolver } from './modules/question/index.js';
import { ReferralResolver, ViewerReferralsResolver } from './modules/referral/index.js';
import { ProductJsonLdResolver, ProductReviewsResolver, ReviewResolver, UserReviewsResolver } from './modules/review/index.js';
import { setSpamThreshold } from './modules/screening/index.js';
import { ShareLinks, ShareResolver, ViewerSharesResolver } from './modules/share/index.js';
import { SimilarUserResolver, UserSimilarityResolver, ViewerSimilarUsersResolver } from './modules/similarity/index.js';
import { hiddenAuthorsOf, SocialGraphResolver, ViewerBlocksResolver } from './modules/social-graph/index.js';
import { AccessTokens, OutsideIdentities, SessionService, UserResolver, ViewerResolver } from './modules/user/index.js';
import { announcements, HiddenAuthors } from './realtime/index.js';
import type { SignedIn } from './relay/context.js';
import { openStore, type Store } from './store/connection.js';

export interface App {
  store: Store;
  recommender: RecommenderService;
  catalogSearch: CatalogSearch;
  http: HttpServer;
  /** Listens, and answers the address. */
  listen(): Promise<string>;
  close(): Promise<void>;
}

interface Services {
  sessions: SessionService;
  recommender: RecommenderService;
  catalogSearch: CatalogSearch;
  /** Where the outside reaches this API. */
  publicUrl: string;
  productUrlOf: (slug: string) => string;
}

/** Every resolver of the API; a new module adds its own here. */
export function resolversOf({ sessions, recommender, catalogSearch, publicUrl, productUrlOf }: Services): object[] {
  return [
    new UserResolver(sessions),
    new ViewerResolver(),
    new ProductResolver(),
    new CategoryResolver(),
    new ProductSearchResolver(catalogSearch),
    new CategoryFacetResolver(),
    new BehaviourResolver(),
    new OrderResolver(),
    new OrderItemResolver(),
    new ViewerOrdersResolver(),
    new ReviewResolver(),
    new ProductReviewsResolver(),
    new UserReviewsResolver(),
    new ProductJsonLdResolver(productUrlOf),
    new QuestionResolver(),
    new AnswerResolver(),
    new ProductQuestionsResolver(),
    new ShareResolver(publicUrl),
    new ViewerSharesResolver(),
    new CommentResolver(),
    new ProductCommentsResolver(),
    new ReviewCommentsResolver(),
    new AnswerCommentsResolver(),
    new ShareCommentsResolver(),
    new ReferralResolver(),
    new ViewerReferralsResolver(),
    new MerchantFeedbackResolver(),
    new MerchantFeedbackSummaryResolver(),
    new ProductFeedbackCountResolver(),
    new ViewerFeedbackResolver(),
    new FeedItemResolver(),
    new ViewerFeedResolver(),
    new NotificationResolver(),
    new ViewerNotificationsResolver(),
    new ModerationResolver(),
    new AuditEntryResolver(),
    new ModerationDecisionResolver(),
    new ViewerModerationResolver(),
    new PrivacyResolver(),
    new SimilarUserResolver(),
    new ViewerSimilarUsersResolver(),
    new UserSimilarityResolver(),
    new SocialGraphResolver(),
    new ViewerBlocksResolver(),
    new RecommendedProductResolver(),
    new RecommendationReasonResolver(),
    new ViewerRecommendationsResolver(recommender),
    new SimilarProductsResolver(recommender),
  ];
}

export async function createApp(config: Config, log: FastifyBaseLogger): Promise<App> {
  const store = await openStore(config);
  const warn = (message: string): void => log.warn(message);
  const outside = config.identityProvider && new OutsideIdentities(config.identityProvider);
  const sessions = new SessionService(new AccessTokens(config.authSecret, config.accessTokenLifetime), config.sessionLifetime, outside);
  const recommender = new RecommenderService(warn, config.recommender);
  const catalogSearch = new CatalogSearch(warn);
  const feedFanOut = new FeedFanOut(warn);
  const productUrlOf = (slug: string): string => config.productUrl.replaceAll('{slug}', encodeURIComponent(slug));
  setSpamThreshold(config.spamThreshold);
  let http: HttpServer | undefined;
  const close = async (): Promise<void> => {
    await Promise.all([recommender.stop(), catalogSearch.stop(), feedFanOut.stop()]);
    announcements.leave();
    await http?.close();
    await store.close();
  };
  try {
    if (config.redisUrl) await announcements.join(config.redisUrl, warn);
    await Promise.all([recommender.start(), catalogSearch.start()]);
    feedFanOut.start();
    const { publicUrl } = config;
    const resolvers = resolversOf({ sessions, recommender, catalogSearch, publicUrl, productUrlOf });
    const { client: redis } = announcements;
    const schema = await assembleSchema(resolvers);
    limitPasswordAttempts(schema, new PasswordAttempts({ ...config.rateLimits, redis }));
    const rateLimits = new RateLimits({ ...config.rateLimits, redis });
    const operations = new CompiledOperations(schema, { ...config, onAnswer: rateLimits.chargeAnswer.bind(rateLimits) });
    const shareLinks = new ShareLinks(config.authSecret);
    http = await createHttpServer({
      ...config,
      log,
      operations,
      productUrlOf,
      followShare: (code, visitor) => shareLinks.follow(code, visitor),
      rateLimits,
      hiddenAuthors: new HiddenAuthors(hiddenAuthorsOf),
      authenticate: (authorization) => authenticate(sessions, authorization),
      checkReady: async () => void (await mongoose.connection.db!.command({ ping: 1 })),
    });
  } catch (error) {
    await close();
    throw error;
  }
  const { fastify } = http;
  return {
    store,
    recommender,
    catalogSearch,
    http,
    listen: () => withPort(config, () => fastify.listen({ port: config.port, host: config.host })),
    close,
  };
}

/** @throws RequestError UNAUTHENTICATED for anything but a good token; without one, it is a stranger */
async function authenticate(sessions: SessionService, authorization: string | undefined): Promise<SignedIn | null> {
  const given = authorization?.trim() ?? '';
  if (given === '' || given === 'Bearer') return null;
  const [scheme, token] = given.split(/\s+/);
  if (scheme !== 'Bearer' || !token) throw new RequestError('UNAUTHENTICATED', 'Send the access token as "Bearer <token>".');
  return sessions.authenticate(token);
}
