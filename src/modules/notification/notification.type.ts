import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { eventType, field, ObjectType, payloadType, unionOf } from '../../relay/output.js';
import type { NotificationDocument } from './notification.model.js';

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
}

registerEnumType(NotificationKind, {
  name: 'NotificationKind',
  description: 'What a notification tells.',
  valuesConfig: {
    REVIEW_REQUESTED: { description: 'A product has come: what does one think of it? The subject is the product.' },
    COMMENTED: { description: 'Somebody commented on one’s review, answer or share, which is the subject.' },
    REPLIED: { description: 'Somebody replied to one’s comment, which is the subject.' },
    MENTIONED: { description: 'Somebody named one in a comment, which is the subject.' },
    REACTED: { description: 'Somebody reacted to one’s comment, which is the subject.' },
    REVIEW_ANSWERED: { description: 'The merchant answered one’s review, which is the subject.' },
    QUESTION_ASKED: { description: 'Somebody asked about one’s product. The subject is the question.' },
    QUESTION_ANSWERED: { description: 'Somebody answered one’s question, which is the subject.' },
    ANSWER_ACCEPTED: { description: 'The asker accepted one’s answer, which is the subject.' },
    FOLLOWED: { description: 'Somebody follows one now.' },
    PRODUCT_REFERRED: { description: 'Somebody recommends a product. The subject is the referral.' },
    REFERRAL_BOUGHT: { description: 'Somebody bought what one recommended. The subject is the referral.' },
    FEEDBACK_RECEIVED: { description: 'A buyer told the merchant what they need or think. The subject is the feedback.' },
    FEEDBACK_ANSWERED: { description: 'The merchant answered one’s feedback, which is the subject.' },
    CONTENT_MODERATED: { description: 'A moderator decided about what one wrote, which is the subject.' },
    APPEAL_DECIDED: { description: 'A moderator decided about one’s appeal. The subject is what it is about.' },
  },
});

@ObjectType({ implements: Node, description: 'What happened that concerns one. The same again joins it while it is unread.' })
export class Notification extends Node<NotificationDocument> {
  @Field(() => NotificationKind, { description: 'What happened.' })
  kind!: NotificationKind;

  @Field(() => Date, { name: 'occurredAt', description: 'When it last happened.' })
  at!: Date;

  @Field(() => Date, { nullable: true, description: 'When one marked it read; null while it is unread.' })
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
]);

export const NotificationConnection = connectionType(Notification, 'Notification');

@ObjectType({ description: 'Whether one wants to hear of a kind of notification.' })
export class NotificationPreference {
  @Field(() => NotificationKind, { description: 'Which kind.' })
  kind!: NotificationKind;

  @Field(() => Boolean, { description: 'Whether one hears of it.' })
  enabled!: boolean;
}

@InputType({ description: 'Whether to hear of a kind of notification.' })
export class NotificationPreferenceInput {
  @Field(() => NotificationKind, { description: 'Which kind.' })
  kind!: NotificationKind;

  @Field(() => Boolean, { description: 'Whether to hear of it.' })
  enabled!: boolean;
}

@InputType({ description: 'Which notifications were read.' })
export class MarkNotificationsReadInput {
  @Field(() => [ID], { nullable: true, description: 'One’s own, at most 100; all that are unread where left out.' })
  notificationIds?: string[] | null;
}

export const MarkNotificationsReadPayload = payloadType('MarkNotificationsReadPayload', 'What is still unread.', {
  unreadNotificationCount: field(() => Int, 'How many are unread now, counted up to 1,000.'),
});

@InputType({ description: 'The kinds of notification to change; what is left out stays.' })
export class UpdateNotificationPreferencesInput {
  @Field(() => [NotificationPreferenceInput], { description: 'The kinds, each once.' })
  preferences!: NotificationPreferenceInput[];
}

export const UpdateNotificationPreferencesPayload = payloadType('UpdateNotificationPreferencesPayload', 'The changed preferences.', {
  notificationPreferences: field(() => [NotificationPreference], 'Every kind, as it is now.'),
});

export const NotificationReceived = eventType('NotificationReceived', 'Something happened that concerns one.', {
  notification: field(() => Notification, 'The notification as it is now; null where it is gone since.'),
});
