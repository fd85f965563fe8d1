/** What notifications say, in the words that the shop's own pages have for them. */
import { message, translate, type Language, type MessageText } from '../../messages/index.js';
import type { NotificationKindName } from './notification.model.js';

const sentences = {
  REVIEW_REQUESTED: 'How do you like it? Review {subject}',
  COMMENTED: '{name} commented on what you wrote',
  REPLIED: '{name} replied to your comment',
  MENTIONED: '{name} mentioned you',
  REACTED: '{name} reacted to your comment',
  REVIEW_ANSWERED: 'The merchant replied to your review',
  QUESTION_ASKED: '{name} asked about your product',
  QUESTION_ANSWERED: '{name} answered your question',
  ANSWER_ACCEPTED: 'Your answer was accepted',
  FOLLOWED: '{name} started following you',
  PRODUCT_REFERRED: '{name} {people, plural, one {recommends} other {recommend}} {subject}',
  REFERRAL_BOUGHT: '{name} bought what you recommended',
  FEEDBACK_RECEIVED: '{name} sent you feedback',
  FEEDBACK_ANSWERED: 'The merchant answered your feedback',
  CONTENT_MODERATED: 'A moderator made a decision about what you wrote',
  APPEAL_DECIDED: 'Your appeal was decided',
  WEBHOOK_DISABLED: 'A webhook was switched off',
} as const satisfies Record<NotificationKindName, MessageText>;

export interface Told {
  kind: NotificationKindName;
  /** Who did it last; null where their account is gone, or it was the shop. */
  actor: string | null;
  actorCount: number;
  /** The title of the product that it is about; empty where it is about none. */
  subject: string;
}

export function sentenceFor({ kind, actor, actorCount, subject }: Told, language: Language): string {
  const known = actor ?? translate({ text: 'Someone' }, language);
  const others = actorCount - 1;
  const name =
    others > 0
      ? translate(message('{name} and {others, plural, one {# other} other {# others}}', { name: known, others }), language)
      : known;
  // Verbs of other languages agree with the number of people.
  const people = Math.max(1, actorCount);
  return translate(message(sentences[kind], { name, people, subject }), language);
}
