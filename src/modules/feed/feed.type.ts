import { Field, registerEnumType } from 'type-graphql';
import { connectionType, edgeType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { eventType, field, ObjectType, unionOf } from '../../relay/output.js';
import { Viewer } from '../user/index.js';
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
  description: 'An activity of a user the viewer follows.',
  valuesConfig: {
    REVIEWED: { description: 'Wrote a review. The subject is the review.' },
    ASKED: { description: 'Asked a question. The subject is the question.' },
    ANSWERED: { description: 'Answered a question. The subject is the answer.' },
    SHARED: { description: 'Shared a product with their followers. The subject is the share.' },
    REFERRED: { description: 'Recommended a product to someone. The subject is the product.' },
  },
});

@ObjectType({ implements: Node, description: 'An activity of a user the viewer follows.' })
export class FeedItem extends Node<FeedItemDocument> {
  @Field(() => ActivityKind, { description: 'The kind of activity.' })
  kind!: ActivityKind;

  @Field(() => Date, { name: 'occurredAt', description: 'When the activity happened.' })
  at!: Date;
}

export const FeedItemSubject = unionOf('FeedItemSubject', 'What an activity is about.', [
  'Answer',
  'Product',
  'Question',
  'Review',
  'Share',
]);

export const FeedItemConnection = connectionType(FeedItem, 'FeedItem', { liveAs: '`feedItemAdded`' });

export const FeedItemAdded = eventType('FeedItemAdded', 'A new item in the viewer’s feed.', {
  feedItem: field(() => FeedItem, 'The feed item. Null if it has been removed since.'),
  edge: field(() => edgeType(FeedItemConnection), 'The item’s edge in the viewer’s feed. Null if it has been removed since.'),
  viewer: field(() => Viewer, 'The viewer whose feed it is.'),
});
