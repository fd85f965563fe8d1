import { Node } from '../../relay/node.js';
import { Field, InputType } from 'type-graphql';
import { field, ObjectType, payloadType } from '../../relay/output.js';
import type { OwnDecision } from './consent.service.js';

@ObjectType({ implements: Node, description: 'What a user or an anonymous visitor agreed to.' })
export class Consent extends Node<OwnDecision> {
  @Field(() => Boolean, { description: 'Whether views, clicks and add-to-carts are stored.' })
  tracking!: boolean;

  @Field(() => Boolean, { description: 'Whether recommendations are based on the person’s activity.' })
  personalisation!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Version of the wording shown when they decided. Null if they have not decided yet.',
  })
  wordingVersion!: string | null;

  @Field(() => Date, { nullable: true, description: 'When the person decided. Null if they have not decided yet: ask them.' })
  decidedAt!: Date | null;
}

@InputType({ description: 'Choices about tracking and personalisation. They replace earlier choices.' })
export class UpdateConsentInput {
  @Field(() => Boolean, {
    description: 'Whether views, clicks and add-to-carts may be stored. If false, everything stored before is deleted.',
  })
  tracking!: boolean;

  @Field(() => Boolean, { description: 'Whether recommendations may be based on the viewer’s activity.' })
  personalisation!: boolean;

  @Field(() => String, { description: 'Version of the wording shown to the viewer, up to 100 characters.' })
  wordingVersion!: string;

  @Field(() => String, { nullable: true, description: 'An anonymous visitor’s ID, as in `trackEvents`. Ignored when signed in.' })
  visitorId?: string | null;
}

export const UpdateConsentPayload = payloadType('UpdateConsentPayload', 'Result of updating consent.', {
  consent: field(() => Consent, 'The choices in effect from now on.'),
});
