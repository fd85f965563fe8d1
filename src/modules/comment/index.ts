import { endOf, type Change } from '../../realtime/index.js';
import type { BehaviourVerbs } from '../behaviour/index.js';
import type { CatalogVerbs } from '../catalog/index.js';
import type { ContentReference, DomainListeners } from '../domain-events.js';
import { describeModule, verbs, type ContentKind, type Foundation } from '../module.js';
import type { NotificationVerbs } from '../notification/index.js';
import type { ScreeningVerbs } from '../screening/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import { CommentPlaces } from './comment-places.js';
import { CommentVisibility } from './comment-visibility.js';
import { CommentBulk } from './comment.bulk.js';
import { commentTopic } from './comment.events.js';
import { commentLoaders, type CommentLoaders } from './comment.loader.js';
import { commentModels } from './comment.model.js';
import { commentPersonalData } from './comment.privacy.js';
import { CommentResolver } from './comment.resolver.js';
import { CommentService } from './comment.service.js';
import { ReactionService } from './reaction.service.js';
import { SubjectKinds } from './subject-kinds.js';
import {
  AnswerCommentsResolver,
  ProductCommentsResolver,
  ReviewCommentsResolver,
  ShareCommentsResolver,
  SubjectComments,
} from './subject-comments.resolver.js';
import { CommentPermissionsResolver } from './comment-permissions.resolver.js';
import { collections } from './comment.collections.js';

export type { CommentDocument } from './comment.model.js';
export { Comment } from './comment.type.js';

const hour = 60 * 60 * 1000;

export interface CommentOptions {
  /** Milliseconds in which a comment may be changed by its author. */
  editWindow: number;
}

interface CommentDependencies {
  users: UserVerbs;
  catalog: CatalogVerbs;
  behaviour: BehaviourVerbs;
  notifications: NotificationVerbs;
  screening: ScreeningVerbs;
  socialGraph: SocialGraphVerbs;
  /** Every kind of content that was made so far; those that take no comments are left out. */
  subjects: readonly ContentKind[];
}

/** Comments on products, reviews, answers and shares, their replies and reactions. */
export function commentModule(
  { database, realtime, idempotency, events }: Foundation,
  dependencies: CommentDependencies,
  { editWindow }: CommentOptions,
) {
  const { users, catalog, notifications, socialGraph } = dependencies;
  const models = commentModels(database);
  const loaders = commentLoaders(models);
  const subjects = new SubjectKinds(dependencies.subjects);
  const visibility = new CommentVisibility({ models, loaders, subjects, socialGraph });
  const places = new CommentPlaces(models, subjects);
  const comments = new CommentService({
    ...dependencies,
    models,
    subjects,
    visibility,
    places,
    realtime,
    idempotency,
    events,
    editHours: editWindow / hour,
  });
  const reactions = new ReactionService({ models, realtime, notifications, visibility });
  const subjectComments = new SubjectComments(loaders, socialGraph);
  return describeModule({
    name: 'comment',
    collections,
    resolvers: [
      new CommentPermissionsResolver(editWindow),
      new CommentResolver({ comments, visibility, reactions, loaders, users, socialGraph }),
      new ProductCommentsResolver(subjectComments),
      new ReviewCommentsResolver(subjectComments),
      new AnswerCommentsResolver(subjectComments),
      new ShareCommentsResolver(subjectComments),
    ],
    nodes: { Comment: (id, context) => visibility.visibleComment(id, context) },
    on: streamEnds(subjects),
    personalData: commentPersonalData(models),
    content: [commentContent(comments, visibility, loaders)],
    verbs: {
      commentById: loaders.commentById,
      ...verbs(comments, ['addComment']),
      ...verbs(new CommentBulk(models, catalog), ['importComments']),
    },
  });
}

/** The stream of a subject's comments ends when the subject goes out of sight. */
function streamEnds(subjects: SubjectKinds): DomainListeners {
  const end = async (change: Change, contents: readonly ContentReference[]): Promise<void> => {
    const ended = contents.filter(({ type }) => subjects.find(type));
    await change.emitMany(ended.map(({ id }) => endOf(commentTopic(id))));
  };
  return {
    productsArchived: (change, { products }) => change.emitMany(products.map((id) => endOf(commentTopic(id)))),
    contentGone: (change, { contents }) => end(change, contents),
    contentModerated: async (change, { content, visible }) => {
      if (!visible) await end(change, [content]);
    },
    contentHeld: async (change, { content, isEdit }) => {
      if (isEdit) await end(change, [content]);
    },
  };
}

function commentContent(comments: CommentService, visibility: CommentVisibility, { commentById }: CommentLoaders): ContentKind {
  return {
    type: 'Comment',
    authorOf: (session, id) => comments.authorOf(session, id),
    seenBy: (session, viewer, id) => visibility.seenBy(session, viewer, id),
    moderation: {
      find: (context, id) => context.load(commentById, id),
      show: (change, id, visible, isRelease) => comments.show(change, id, visible, isRelease),
      release: (change, id) => comments.release(change, id),
    },
    comments: null,
  };
}
