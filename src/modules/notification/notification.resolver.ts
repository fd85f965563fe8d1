import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Authorized, Ctx, Info, Int, Resolver, Root } from 'type-graphql';
import { RequestError } from '../../errors.js';
import { encodeEventCursor, subscribeTo, type LoggedEvent } from '../../realtime/index.js';
import { ConnectionArgs, edgeIn, largestPage, withLiveCursor, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import type { NodeFinders } from '../../relay/node.js';
import { AfterEvent, FieldResolver, Mutation, Subscription } from '../../relay/output.js';
import { payload } from '../../relay/payload.js';
import { paginate } from '../../store/paging.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import { User, Viewer, viewerOf, type PublicUser, type UserVerbs } from '../user/index.js';
import type { NotificationLoaders } from './notification.loader.js';
import type { DigestFrequency, NotificationDocument, NotificationModels } from './notification.model.js';
import { notificationList, notificationTopic, type NotificationService, type Preference } from './notification.service.js';
import {
  EmailDigest,
  MarkNotificationsReadInput,
  MarkNotificationsReadPayload,
  Notification,
  NotificationConnection,
  NotificationPreference,
  NotificationReceived,
  NotificationSubject,
  UpdateNotificationPreferencesInput,
  UpdateNotificationPreferencesPayload,
} from './notification.type.js';

const actorsShown = 3;

export interface NotificationResolverDependencies {
  notifications: NotificationService;
  models: NotificationModels;
  loaders: NotificationLoaders;
  nodes: NodeFinders;
  users: UserVerbs;
  socialGraph: SocialGraphVerbs;
}

@Resolver(() => Notification)
export class NotificationResolver {
  constructor(private readonly dependencies: NotificationResolverDependencies) {}

  @FieldResolver(() => NotificationSubject, {
    nullable: true,
    description: 'What the notification is about. Null if it was deleted or the viewer may not see it.',
  })
  subject(@Root() { subjectType, subject }: NotificationDocument, @Ctx() context: RequestContext): Promise<object | null> {
    return this.dependencies.nodes.find(subjectType, subject, context);
  }

  @FieldResolver(() => [User], { description: 'The latest three users who caused it. Empty for notifications from the shop.' })
  async actors(@Root() { actors }: NotificationDocument, @Ctx() context: RequestContext): Promise<PublicUser[]> {
    const hidden = new Set((await this.dependencies.socialGraph.hiddenFrom(context)).map(String));
    const latest = actors.filter((actor) => !hidden.has(actor.toHexString())).slice(-actorsShown);
    const users = await Promise.all(latest.reverse().map((actor) => context.load(this.dependencies.users.userById, actor)));
    return users.filter((user) => user !== null);
  }

  @FieldResolver(() => Int, { description: 'Number of users who caused it, counted up to 100.' })
  actorCount(@Root() { actors }: NotificationDocument): number {
    return actors.length;
  }

  @Authorized()
  @Mutation(() => MarkNotificationsReadPayload, { description: 'Marks the viewer’s notifications as read.' })
  markNotificationsRead(
    @Arg('input', () => MarkNotificationsReadInput, { description: 'The notifications to mark.' })
    { notificationIds }: MarkNotificationsReadInput,
    @Ctx() context: RequestContext,
  ) {
    if ((notificationIds ?? []).length > largestPage)
      throw new RequestError('BAD_USER_INPUT', `Mark at most ${largestPage} at once.`, 'input.notificationIds');
    const ids = notificationIds?.map((id, at) => idOf('Notification', id, `input.notificationIds.${at}`)) ?? null;
    const { notifications } = this.dependencies;
    return payload(async () => {
      const { marked, unread } = await notifications.markRead(context.requireSignedIn().userId, ids);
      return { notifications: marked, unreadNotificationCount: unread, viewer: viewerOf(context) };
    });
  }

  @Authorized()
  @Mutation(() => UpdateNotificationPreferencesPayload, { description: 'Updates which notifications the viewer receives.' })
  updateNotificationPreferences(
    @Arg('input', () => UpdateNotificationPreferencesInput, { description: 'The preferences to change.' })
    { preferences, emailDigest }: UpdateNotificationPreferencesInput,
    @Ctx() context: RequestContext,
  ) {
    const { notifications } = this.dependencies;
    const user = context.requireSignedIn().userId;
    return payload(async () => {
      const change = { kinds: preferences ?? [], digest: emailDigest, language: context.language };
      const notificationPreferences = await notifications.updatePreferences(user, change);
      return { notificationPreferences, emailDigest: await notifications.digestOf(user), viewer: viewerOf(context) };
    });
  }

  @Authorized()
  @Subscription(() => NotificationReceived, {
    description: 'The viewer’s new notifications.',
    subscribe: subscribeTo({
      topic: (_args: object, context: RequestContext) => notificationTopic(context.requireSignedIn().userId),
    }),
  })
  async notificationReceived(@Root() event: LoggedEvent, @Ctx() context: RequestContext, @AfterEvent() _after?: string | null) {
    const notification = await context.load(
      this.dependencies.loaders.notificationById,
      event.data['notification'] as NotificationDocument['_id'],
    );
    const edge = notification && edgeIn(notificationList(notification.recipient, [], false), notification);
    return { cursor: encodeEventCursor(event), notification, edge, viewer: viewerOf(context) };
  }
}

@Resolver(() => Viewer)
export class ViewerNotificationsResolver {
  constructor(private readonly dependencies: NotificationResolverDependencies) {}

  @Authorized()
  @FieldResolver(() => NotificationConnection, { nullable: true, description: 'The viewer’s notifications, newest first.' })
  async notifications(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('unread', () => Boolean, { nullable: true, defaultValue: false, description: 'Whether to list unread notifications only.' })
    unread: boolean,
  ): Promise<Connection<NotificationDocument>> {
    const viewer = context.requireSignedIn().userId;
    const list = notificationList(viewer, await this.dependencies.socialGraph.hiddenFrom(context), unread);
    return withLiveCursor(notificationTopic(viewer), info, context, () => paginate(this.dependencies.models.notifications, list, page));
  }

  @Authorized()
  @FieldResolver(() => Int, { nullable: true, description: 'Number of unread notifications, counted up to 1,000.' })
  unreadNotificationCount(@Ctx() context: RequestContext): Promise<number> {
    return this.dependencies.notifications.unreadCount(context.requireSignedIn().userId);
  }

  @Authorized()
  @FieldResolver(() => [NotificationPreference], {
    nullable: true,
    description: 'Notification preferences of the viewer. Lists every kind once.',
  })
  notificationPreferences(@Ctx() context: RequestContext): Promise<Preference[]> {
    return this.dependencies.notifications.preferencesOf(context.requireSignedIn().userId);
  }

  @Authorized()
  @FieldResolver(() => EmailDigest, { nullable: true, description: 'How often the viewer’s unread notifications are sent by email.' })
  emailDigest(@Ctx() context: RequestContext): Promise<DigestFrequency> {
    return this.dependencies.notifications.digestOf(context.requireSignedIn().userId);
  }
}
