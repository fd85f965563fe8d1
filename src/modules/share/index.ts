import type { BehaviourVerbs } from '../behaviour/index.js';
import type { CatalogVerbs } from '../catalog/index.js';
import type { FeedVerbs } from '../feed/index.js';
import { describeModule, verbs, type ContentKind, type Foundation } from '../module.js';
import { ownedDocuments } from '../personal-data.js';
import type { ScreeningVerbs } from '../screening/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import { ShareLinks } from './share-links.js';
import { shareLoaders, type ShareLoaders } from './share.loader.js';
import { shareModels } from './share.model.js';
import { ShareResolver, ViewerSharesResolver } from './share.resolver.js';
import { shareKey, ShareService } from './share.service.js';
import { SharePermissionsResolver } from './share-permissions.resolver.js';
import { collections } from './share.collections.js';

export { Share } from './share.type.js';

export interface ShareOptions {
  /** Where the outside reaches this API; short links begin with it. */
  publicUrl: string;
  /** Makes visitors' digests lead back to nobody. */
  authSecrets: readonly [string, ...string[]];
  /** Milliseconds after a visit in which an order of the product is the share's. */
  attributionWindow: number;
  /** Milliseconds that a visitor is known after the last visit; at least the window. */
  visitRetention: number;
}

interface ShareDependencies {
  users: UserVerbs;
  catalog: CatalogVerbs;
  behaviour: BehaviourVerbs;
  feed: FeedVerbs;
  screening: ScreeningVerbs;
  socialGraph: SocialGraphVerbs;
}

/** Products that users share, with followers or by a short link, and what comes of it. */
export function shareModule(foundation: Foundation, dependencies: ShareDependencies, options: ShareOptions) {
  const { database, realtime, idempotency, events } = foundation;
  const { attributionWindow, visitRetention } = options;
  const models = shareModels(database, visitRetention);
  const loaders = shareLoaders(models);
  const shares = new ShareService({
    ...dependencies,
    models,
    loaders,
    realtime,
    idempotency,
    events,
    attributionWindow,
  });
  const links = new ShareLinks({ models, database, catalog: dependencies.catalog }, options.authSecrets[0]);
  const { users, catalog } = dependencies;
  return describeModule({
    name: 'share',
    collections,
    resolvers: [
      new SharePermissionsResolver(),
      new ShareResolver({ shares, users, catalog, publicUrl: options.publicUrl }),
      new ViewerSharesResolver(models),
    ],
    nodes: { Share: (id, context) => shares.visibleShare(id, context) },
    on: { orderStatusChanged: (change, event) => shares.attribute(change, event) },
    personalData: [ownedDocuments({ name: 'shares', model: models.shares, owner: 'author', erase: 'ANONYMISE', texts: ['message'] })],
    content: [shareContent(shares, loaders)],
    verbs: { ...loaders, ...verbs(shares, ['shareProduct', 'visibleShare']), ...verbs(links, ['followShare']) },
  });
}

function shareContent(shares: ShareService, { shareById }: ShareLoaders): ContentKind {
  return {
    type: 'Share',
    authorOf: (session, id) => shares.authorOf(session, id),
    seenBy: (session, viewer, id) => shares.seenBy(session, viewer, id),
    moderation: {
      find: (context, id) => context.load(shareById, id),
      show: (change, id, visible) => shares.show(change, id, visible),
      release: (change, id) => shares.release(change, id),
    },
    comments: {
      keyOf: shareKey,
      count: (session, id, by) => shares.countComments(session, id, by),
      find: (context, id) => shares.visibleShare(id, context),
    },
  };
}
