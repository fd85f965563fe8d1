import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { field, payloadType } from '../../relay/output.js';

export enum BehaviourKind {
  VIEW = 'VIEW',
  CLICK = 'CLICK',
  ADD_TO_CART = 'ADD_TO_CART',
  IMPRESSION = 'IMPRESSION',
}

registerEnumType(BehaviourKind, {
  name: 'BehaviourKind',
  description: 'A user’s or visitor’s action on a product.',
  valuesConfig: {
    VIEW: { description: 'Opened the product’s page.' },
    CLICK: { description: 'Clicked on the product in a list.' },
    ADD_TO_CART: { description: 'Added the product to the cart.' },
    IMPRESSION: { description: 'Saw the product as a recommendation, in view on the screen.' },
  },
});

@InputType({ description: 'An action on a product.' })
export class BehaviourEventInput {
  @Field(() => String, {
    description: 'ID of the event chosen by the client, up to 64 characters. An event that is sent again counts once.',
  })
  eventId!: string;

  @Field(() => BehaviourKind, { description: 'What the user or visitor did.' })
  kind!: BehaviourKind;

  @Field(() => ID, {
    nullable: true,
    description: 'The product acted on. Required unless `kind` is `IMPRESSION`, which is always about the recommended product.',
  })
  productId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The `impressionId` of the recommendation. Required for an `IMPRESSION`; leave it out for other actions.',
  })
  impressionId?: string | null;

  @Field(() => Date, { nullable: true, description: 'When it happened, within the last 7 days. Defaults to now.' })
  occurredAt?: Date | null;
}

@InputType({ description: 'A batch of events to record.' })
export class TrackEventsInput {
  @Field(() => [BehaviourEventInput], { description: 'The events, up to 100.' })
  events!: BehaviourEventInput[];

  @Field(() => String, {
    nullable: true,
    description: 'Random ID kept by the client, which tells anonymous visitors apart. Required for them; ignored when signed in.',
  })
  visitorId?: string | null;
}

export const TrackEventsPayload = payloadType('TrackEventsPayload', 'Result of recording a batch of events.', {
  acceptedCount: field(() => Int, 'Number of events that were new and stored.'),
  duplicateCount: field(() => Int, 'Number of events that were sent before.'),
  ignoredCount: field(
    () => Int,
    'Number of events that were not stored because the viewer had not agreed to tracking when they happened, or has withdrawn since. See `updateConsent`.',
  ),
});
