import { Field, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { eventType, field, ObjectType, unionOf } from '../../relay/output.js';
import type { FeedItemDocument } from './feed.model.js';

export enum ActivityKind {
  REVIEWED = 'REVIEWED',
  ASKED = 'ASKED',
  ANSWERED = 'ANSWERED',
  SHARED = 'SHARED',
  REFERRED = 'REFERRED',
}

registerEnumType(ActivityKind, {
  name: 'ActivityKind',
  description: 'What somebody whom one follows did.',
  valuesConfig: {
    REVIEWED: { description: 'Wrote a review, which is the subject.' },
    ASKED: { description: 'Asked a question, which is the subject.' },
    ANSWERED: { description: 'Answered a question. The subject is the answer.' },
    SHARED: { description: 'Shared a product with their followers. The subject is the share.' },
    REFERRED: { description: 'Recommended a product to somebody. The subject is the product.' },
  },
});

@ObjectType({ implements: Node, description: 'What somebody whom one follows did.' })
export class FeedItem extends Node<FeedItemDocument> {
  @Field(() => ActivityKind, { description: 'What they did.' })
  kind!: ActivityKind;

  @Field(() => Date, { name: 'occurredAt', description: 'When.' })
  at!: Date;
}

export const FeedItemSubject = unionOf('FeedItemSubject', 'What an activity is about.', [
  'Answer',
  'Product',
  'Question',
  'Review',
  'Share',
]);

export const FeedItemConnection = connectionType(FeedItem, 'FeedItem');

export const FeedItemAdded = eventType('FeedItemAdded', 'Somebody whom one follows did something.', {
  feedItem: field(() => FeedItem, 'What they did; null where it is gone since.'),
});
