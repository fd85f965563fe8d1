import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { field, payloadType } from '../../relay/output.js';

export enum BehaviourKind {
  VIEW = 'VIEW',
  CLICK = 'CLICK',
  ADD_TO_CART = 'ADD_TO_CART',
}

registerEnumType(BehaviourKind, {
  name: 'BehaviourKind',
  description: 'What somebody did with a product.',
  valuesConfig: {
    VIEW: { description: 'Saw its page.' },
    CLICK: { description: 'Clicked on it in a list.' },
    ADD_TO_CART: { description: 'Put it into the cart.' },
  },
});

@InputType({ description: 'Something that somebody did with a product.' })
export class BehaviourEventInput {
  @Field(() => String, { description: 'The client’s own id of the event, at most 64 characters: sent again, it counts once.' })
  eventId!: string;

  @Field(() => BehaviourKind, { description: 'What they did.' })
  kind!: BehaviourKind;

  @Field(() => ID, { description: 'With which product.' })
  productId!: string;

  @Field(() => Date, { nullable: true, description: 'When, within the last 7 days; now where left out.' })
  occurredAt?: Date | null;
}

@InputType({ description: 'A batch of events.' })
export class TrackEventsInput {
  @Field(() => [BehaviourEventInput], { description: 'Up to 100 events.' })
  events!: BehaviourEventInput[];

  @Field(() => String, {
    nullable: true,
    description: 'Tells strangers apart: a random id that the client keeps. Not read when signed in.',
  })
  visitorId?: string | null;
}

export const TrackEventsPayload = payloadType('TrackEventsPayload', 'What became of a batch of events.', {
  acceptedCount: field(() => Int, 'How many were new and are stored.'),
  duplicateCount: field(() => Int, 'How many had been sent before.'),
  ignoredCount: field(
    () => Int,
    'Number of events that were not stored, since the viewer has not agreed to tracking. See `updateConsent`.',
  ),
});
