import { Arg, Args, Authorized, Ctx, FieldResolver, Int, Mutation, Resolver, Root, Subscription } from 'type-graphql';
import { RequestError } from '../../errors.js';
import { ConnectionArgs, largestPage, paginate, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { byId } from '../../relay/loader.js';
import { findNode, Node, registerNode } from '../../relay/node.js';
import { payload } from '../../relay/payload.js';
import { encodeEventCursor, subscribeTo, type LoggedEvent } from '../../realtime/index.js';
import { hiddenFrom } from '../social-graph/index.js';
import { User, userById, Viewer, type PublicUser } from '../user/index.js';
import { NotificationModel, type NotificationDocument } from './notification.model.js';
import {
  markRead,
  notificationList,
  notificationTopic,
  preferencesOf,
  unreadCount,
  updatePreferences,
  type Preference,
} from './notification.service.js';
import {
  MarkNotificationsReadInput,
  MarkNotificationsReadPayload,
  Notification,
  NotificationConnection,
  NotificationPreference,
  NotificationReceived,
  UpdateNotificationPreferencesInput,
  UpdateNotificationPreferencesPayload,
} from './notification.type.js';

const notificationById = byId<NotificationDocument>(NotificationModel);
const actorsShown = 3;

registerNode('Notification', async (id, context) => {
  const notification = await context.load(notificationById, id);
  return notification && context.signedIn?.userId.equals(notification.recipient) ? notification : null;
});

@Resolver(() => Notification)
export class NotificationResolver {
  @FieldResolver(() => Node, { nullable: true, description: 'What it is about; null where that is gone or hidden.' })
  subject(@Root() { subjectType, subject }: NotificationDocument, @Ctx() context: RequestContext): Promise<object | null> {
    return findNode(subjectType, subject, context);
  }

  @FieldResolver(() => [User], { description: 'Who did it, the latest three; empty where it was the shop.' })
  async actors(@Root() { actors }: NotificationDocument, @Ctx() context: RequestContext): Promise<PublicUser[]> {
    const hidden = new Set((await hiddenFrom(context)).map(String));
    const latest = actors.filter((actor) => !hidden.has(actor.toHexString())).slice(-actorsShown);
    const users = await Promise.all(latest.reverse().map((actor) => context.load(userById, actor)));
    return users.filter((user) => user !== null);
  }

  @FieldResolver(() => Int, { description: 'How many people did it, counted up to 100.' })
  actorCount(@Root() { actors }: NotificationDocument): number {
    return actors.length;
  }

  @Authorized()
  @Mutation(() => MarkNotificationsReadPayload, { description: 'Marks notifications read.' })
  markNotificationsRead(
    @Arg('input', () => MarkNotificationsReadInput, { description: 'Which.' }) { notificationIds }: MarkNotificationsReadInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    if ((notificationIds ?? []).length > largestPage)
      throw new RequestError('BAD_USER_INPUT', `Mark at most ${largestPage} at once.`, 'input.notificationIds');
    const ids = notificationIds?.map((id, at) => idOf('Notification', id, `input.notificationIds.${at}`)) ?? null;
    return payload(async () => ({ unreadNotificationCount: await markRead(context.requireSignedIn().userId, ids) }));
  }

  @Authorized()
  @Mutation(() => UpdateNotificationPreferencesPayload, { description: 'Decides which notifications one gets.' })
  updateNotificationPreferences(
    @Arg('input', () => UpdateNotificationPreferencesInput, { description: 'The kinds to change.' })
    { preferences }: UpdateNotificationPreferencesInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    return payload(async () => ({ notificationPreferences: await updatePreferences(context.requireSignedIn().userId, preferences) }));
  }

  @Authorized()
  @Subscription(() => NotificationReceived, {
    description: 'Every notification of one’s own.',
    subscribe: subscribeTo((_args: object, context: RequestContext) => notificationTopic(context.requireSignedIn().userId)),
  })
  async notificationReceived(
    @Root() event: LoggedEvent,
    @Ctx() context: RequestContext,
    @Arg('after', () => String, { nullable: true, description: 'Go on after this event’s cursor; only new events where left out.' })
    _after?: string | null,
  ): Promise<object> {
    const notification = await context.load(notificationById, event.data['notification'] as NotificationDocument['_id']);
    return { cursor: encodeEventCursor(event), notification };
  }
}

@Resolver(() => Viewer)
export class ViewerNotificationsResolver {
  @Authorized()
  @FieldResolver(() => NotificationConnection, { nullable: true, description: 'What happened that concerns one, the latest first.' })
  async notifications(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Arg('unread', () => Boolean, { nullable: true, defaultValue: false, description: 'Only what is unread.' }) unread: boolean,
  ): Promise<Connection<NotificationDocument>> {
    const list = notificationList(context.requireSignedIn().userId, await hiddenFrom(context), unread);
    return paginate(NotificationModel, list, page);
  }

  @Authorized()
  @FieldResolver(() => Int, { nullable: true, description: 'How many notifications are unread, counted up to 1,000.' })
  unreadNotificationCount(@Ctx() context: RequestContext): Promise<number> {
    return unreadCount(context.requireSignedIn().userId);
  }

  @Authorized()
  @FieldResolver(() => [NotificationPreference], { nullable: true, description: 'Of which kinds one hears, every kind once.' })
  notificationPreferences(@Ctx() context: RequestContext): Promise<Preference[]> {
    return preferencesOf(context.requireSignedIn().userId);
  }
}
