/** The composition root: the only place where parts are wired to each other. */
import mongoose from 'mongoose';
import type { Config } from './config.js';
import { RequestError } from './errors.js';
import { CompiledOperations } from './graphql/compiled-operations.js';
import { assembleSchema } from './graphql/schema.js';
import { createHttpServer, type HttpServer } from './http/server.js';
import { BehaviourResolver } from './modules/behaviour/index.js';
import { CategoryResolver, ProductResolver } from './modules/catalog/index.js';
import { CommentResolver, ProductCommentsResolver, ReviewCommentsResolver } from './modules/comment/index.js';
import { AuditEntryResolver, ModerationResolver } from './modules/moderation/index.js';
import { OrderItemResolver, OrderResolver, ViewerOrdersResolver } from './modules/order/index.js';
import {
  RecommendationReasonResolver,
  RecommendedProductResolver,
  RecommenderService,
  SimilarProductsResolver,
  ViewerRecommendationsResolver,
} from './modules/recommendation/index.js';
import { ProductReviewsResolver, ReviewResolver, UserReviewsResolver } from './modules/review/index.js';
import { hiddenAuthorsOf, SocialGraphResolver, ViewerBlocksResolver } from './modules/social-graph/index.js';
import { AccessTokens, SessionService, UserResolver, ViewerResolver } from './modules/user/index.js';
import { announcements, HiddenAuthors } from './realtime/index.js';
import type { SignedIn } from './relay/context.js';
import { openStore, type Store } from './store/connection.js';

export interface App {
  store: Store;
  recommender: RecommenderService;
  http: HttpServer;
  /** Listens, and answers the address. */
  listen(): Promise<string>;
  close(): Promise<void>;
}

interface Services {
  sessions: SessionService;
  recommender: RecommenderService;
}

/** Every resolver of the API; a new module adds its own here. */
export function resolversOf({ sessions, recommender }: Services): object[] {
  return [
    new UserResolver(sessions),
    new ViewerResolver(),
    new ProductResolver(),
    new CategoryResolver(),
    new BehaviourResolver(),
    new OrderResolver(),
    new OrderItemResolver(),
    new ViewerOrdersResolver(),
    new ReviewResolver(),
    new ProductReviewsResolver(),
    new UserReviewsResolver(),
    new CommentResolver(),
    new ProductCommentsResolver(),
    new ReviewCommentsResolver(),
    new ModerationResolver(),
    new AuditEntryResolver(),
    new SocialGraphResolver(),
    new ViewerBlocksResolver(),
    new RecommendedProductResolver(),
    new RecommendationReasonResolver(),
    new ViewerRecommendationsResolver(recommender),
    new SimilarProductsResolver(recommender),
  ];
}

export async function createApp(config: Config): Promise<App> {
  const store = await openStore(config);
  const warn = (message: string): void => void http?.fastify.log.warn(message);
  const sessions = new SessionService(new AccessTokens(config.authSecret));
  const recommender = new RecommenderService(warn);
  let http: HttpServer | undefined;
  try {
    if (config.redisUrl) await announcements.join(config.redisUrl, warn);
    await recommender.start();
    const operations = new CompiledOperations(await assembleSchema(resolversOf({ sessions, recommender })), config.introspection);
    http = await createHttpServer({
      ...config,
      operations,
      hiddenAuthors: new HiddenAuthors(hiddenAuthorsOf),
      authenticate: (authorization) => authenticate(sessions, authorization),
      checkReady: async () => void (await mongoose.connection.db!.command({ ping: 1 })),
    });
  } catch (error) {
    recommender.stop();
    announcements.leave();
    await store.close();
    throw error;
  }
  const { fastify } = http;
  const listening = http;
  return {
    store,
    recommender,
    http,
    listen: () => fastify.listen({ port: config.port, host: config.host }),
    async close() {
      recommender.stop();
      announcements.leave();
      await listening.close();
      await store.close();
    },
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
