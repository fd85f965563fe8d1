import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';

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
export class FeedItem extends Node {
  @Field(() => ActivityKind, { description: 'What they did.' })
  kind!: ActivityKind;

  @Field(() => Date, { description: 'When.' })
  at!: Date;
}

export const FeedItemConnection = connectionType(FeedItem, 'FeedItem');

@ObjectType({ description: 'Somebody whom one follows did something.' })
export class FeedItemAdded {
  @Field(() => String, { description: 'Give it as `after` to go on from here.' })
  cursor!: string;

  @Field(() => FeedItem, { nullable: true, description: 'What they did; null where it is gone since.' })
  feedItem!: FeedItem | null;
}
