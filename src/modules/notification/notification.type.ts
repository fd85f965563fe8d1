import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { WebAddress } from '../../input/web-address.js';
import { connectionType, edgeType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { eventType, field, From, ObjectType, payloadType, unionOf } from '../../relay/output.js';
import { Viewer } from '../user/index.js';
import type { NotificationDocument, PushDeviceDocument } from './notification.model.js';

export enum NotificationKind {
  REVIEW_REQUESTED = 'REVIEW_REQUESTED',
  COMMENTED = 'COMMENTED',
  REPLIED = 'REPLIED',
  MENTIONED = 'MENTIONED',
  REACTED = 'REACTED',
  REVIEW_ANSWERED = 'REVIEW_ANSWERED',
  QUESTION_ASKED = 'QUESTION_ASKED',
  QUESTION_ANSWERED = 'QUESTION_ANSWERED',
  ANSWER_ACCEPTED = 'ANSWER_ACCEPTED',
  FOLLOWED = 'FOLLOWED',
  PRODUCT_REFERRED = 'PRODUCT_REFERRED',
  REFERRAL_BOUGHT = 'REFERRAL_BOUGHT',
  FEEDBACK_RECEIVED = 'FEEDBACK_RECEIVED',
  FEEDBACK_ANSWERED = 'FEEDBACK_ANSWERED',
  CONTENT_MODERATED = 'CONTENT_MODERATED',
  APPEAL_DECIDED = 'APPEAL_DECIDED',
  WEBHOOK_DISABLED = 'WEBHOOK_DISABLED',
}

registerEnumType(NotificationKind, {
  name: 'NotificationKind',
  description: 'Kind of notification.',
  valuesConfig: {
    REVIEW_REQUESTED: { description: 'A product was delivered and can be reviewed. The subject is the product.' },
    COMMENTED: { description: 'Someone commented on the viewer’s review, answer or share. The subject is what they commented on.' },
    REPLIED: { description: 'Someone replied to the viewer’s comment. The subject is the viewer’s comment.' },
    MENTIONED: { description: 'Someone mentioned the viewer in a comment. The subject is the comment.' },
    REACTED: { description: 'Someone reacted to the viewer’s comment. The subject is the comment.' },
    REVIEW_ANSWERED: { description: 'The merchant responded to the viewer’s review. The subject is the review.' },
    QUESTION_ASKED: { description: 'Someone asked a question about the viewer’s product. The subject is the question.' },
    QUESTION_ANSWERED: { description: 'Someone answered the viewer’s question. The subject is the question.' },
    ANSWER_ACCEPTED: { description: 'The viewer’s answer was accepted. The subject is the answer.' },
    FOLLOWED: { description: 'Someone followed the viewer. The subject is the viewer’s user.' },
    PRODUCT_REFERRED: { description: 'Someone recommended a product to the viewer. The subject is the referral.' },
    REFERRAL_BOUGHT: { description: 'Someone bought a product the viewer recommended. The subject is the referral.' },
    FEEDBACK_RECEIVED: { description: 'A buyer sent feedback to the viewer. The subject is the feedback.' },
    FEEDBACK_ANSWERED: { description: 'The merchant answered the viewer’s feedback. The subject is the feedback.' },
    CONTENT_MODERATED: { description: 'A moderator made a decision about the viewer’s content. The subject is the content.' },
    APPEAL_DECIDED: { description: 'A moderator decided the viewer’s appeal. The subject is what the appeal is about.' },
    WEBHOOK_DISABLED: {
      description: 'A webhook of the viewer was disabled because its receiver failed for too long. The subject is the webhook.',
    },
  },
});

@ObjectType({
  implements: Node,
  description: 'A notification for the viewer. While it is unread, similar events are added to it instead of creating another.',
})
export class Notification extends Node<NotificationDocument> {
  @Field(() => NotificationKind, { description: 'Kind of notification.' })
  kind!: NotificationKind;

  @Field(() => Date, { name: 'occurredAt', description: 'When it last happened.' })
  at!: Date;

  @Field(() => Date, { nullable: true, description: 'When the viewer marked it as read. Null while it is unread.' })
  readAt!: Date | null;
}

export const NotificationSubject = unionOf('NotificationSubject', 'What a notification is about.', [
  'Answer',
  'Comment',
  'MerchantFeedback',
  'Product',
  'Question',
  'Referral',
  'Review',
  'Share',
  'User',
  'Webhook',
]);

export const NotificationConnection = connectionType(Notification, 'Notification', { liveAs: '`notificationReceived`' });

export enum EmailDigest {
  HOURLY = 'HOURLY',
  DAILY = 'DAILY',
  NEVER = 'NEVER',
}

registerEnumType(EmailDigest, {
  name: 'EmailDigest',
  description: 'How often unread notifications are sent by email.',
  valuesConfig: {
    HOURLY: { description: 'At the next full hour after a notification, at most one email an hour.' },
    DAILY: { description: 'The next morning at eight in the shop’s time zone, at most one email a day.' },
    NEVER: { description: 'No emails about notifications.' },
  },
});

@ObjectType({ description: 'Where the viewer receives one kind of notification.' })
export class NotificationPreference {
  @Field(() => NotificationKind, { description: 'Kind of notification.' })
  kind!: NotificationKind;

  @Field(() => Boolean, { description: 'Whether the viewer receives this kind in the shop.' })
  enabled!: boolean;

  @Field(() => Boolean, { description: 'Whether this kind is sent to `viewer.pushDevices`.' })
  push!: boolean;

  @Field(() => Boolean, { description: 'Whether `viewer.emailDigest` includes this kind.' })
  email!: boolean;
}

@ObjectType({ description: 'A browser that receives the viewer’s notifications, for as long as its session is open.' })
export class PushDevice extends From<PushDeviceDocument> {
  @Field(() => String, { description: 'Address of the browser at its push service. Use it to unsubscribe.' })
  endpoint!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The `User-Agent` of the browser, up to 200 characters. Null if it sent none.',
  })
  name!: string | null;

  @Field(() => Date, { description: 'When the browser was last subscribed.' })
  createdAt!: Date;
}

@InputType({ description: 'Keys of a browser’s push subscription, base64url, as `PushSubscription.toJSON()` gives them.' })
export class PushKeysInput {
  @Field(() => String, { description: 'The browser’s public key.' })
  p256dh!: string;

  @Field(() => String, { description: 'The browser’s authentication secret.' })
  auth!: string;
}

@InputType({ description: 'A browser’s push subscription, as `PushSubscription.toJSON()` gives it.' })
export class SubscribeToPushInput {
  @Field(() => WebAddress, { description: 'Address of the browser at its push service. It must be https and on the public Internet.' })
  endpoint!: string;

  @Field(() => PushKeysInput, { description: 'Keys of the subscription.' })
  keys!: PushKeysInput;
}

export const SubscribeToPushPayload = payloadType('SubscribeToPushPayload', 'Result of subscribing a browser to push messages.', {
  device: field(() => PushDevice, 'The browser, which receives notifications from now on.'),
  viewer: field(() => Viewer, 'The viewer, with the new `pushDevices`.'),
});

@InputType({ description: 'A browser to unsubscribe from push messages.' })
export class UnsubscribeFromPushInput {
  @Field(() => WebAddress, { description: 'The endpoint of one of `viewer.pushDevices`.' })
  endpoint!: string;
}

export const UnsubscribeFromPushPayload = payloadType(
  'UnsubscribeFromPushPayload',
  'Result of unsubscribing a browser from push messages.',
  {
    unsubscribed: field(() => Boolean, 'Whether the browser received the viewer’s notifications until now.'),
    viewer: field(() => Viewer, 'The viewer, with the new `pushDevices`.'),
  },
);

@InputType({ description: 'A change of one notification preference.' })
export class NotificationPreferenceInput {
  @Field(() => NotificationKind, { description: 'Kind of notification.' })
  kind!: NotificationKind;

  @Field(() => Boolean, { nullable: true, description: 'Whether to receive this kind in the shop. Stays as it is when left out.' })
  enabled?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether to send this kind to the viewer’s devices. Stays as it is when left out.' })
  push?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether digests include this kind. Stays as it is when left out.' })
  email?: boolean | null;
}

@InputType({ description: 'Notifications to mark as read.' })
export class MarkNotificationsReadInput {
  @Field(() => [ID], { nullable: true, description: 'The viewer’s notifications, up to 100. All unread notifications when left out.' })
  notificationIds?: string[] | null;
}

export const MarkNotificationsReadPayload = payloadType('MarkNotificationsReadPayload', 'Result of marking notifications as read.', {
  notifications: field(() => [Notification], 'The notifications that are read now; if all were marked, the latest 100 of them.'),
  viewer: field(() => Viewer, 'The viewer, with the new `unreadNotificationCount`.'),
  unreadNotificationCount: field(() => Int, 'Number of notifications still unread, counted up to 1,000.'),
});

@InputType({
  description:
    'Notification preferences to change. What is left out stays as it is. Emails are in the language of the request from then on.',
})
export class UpdateNotificationPreferencesInput {
  @Field(() => [NotificationPreferenceInput], {
    nullable: true,
    description: 'The preferences to change, each kind at most once. All stay as they are when left out.',
  })
  preferences?: NotificationPreferenceInput[] | null;

  @Field(() => EmailDigest, { nullable: true, description: 'How often to send emails. Stays as it is when left out.' })
  emailDigest?: EmailDigest | null;
}

export const UpdateNotificationPreferencesPayload = payloadType(
  'UpdateNotificationPreferencesPayload',
  'Result of updating notification preferences.',
  {
    notificationPreferences: field(() => [NotificationPreference], 'All preferences, one for each kind.'),
    emailDigest: field(() => EmailDigest, 'How often unread notifications are sent by email.'),
    viewer: field(() => Viewer, 'The viewer, with the new preferences.'),
  },
);

export const NotificationReceived = eventType('NotificationReceived', 'A notification was created or updated.', {
  notification: field(() => Notification, 'The notification. Null if it has been removed since.'),
  edge: field(
    () => edgeType(NotificationConnection),
    'The notification’s edge in the viewer’s notifications. Null if it has been removed since.',
  ),
  viewer: field(() => Viewer, 'The viewer, with the new `unreadNotificationCount`.'),
});
