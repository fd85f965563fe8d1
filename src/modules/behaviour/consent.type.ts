import { Field, InputType } from 'type-graphql';
import { field, From, ObjectType, payloadType } from '../../relay/output.js';
import type { Decision } from './consent.service.js';

@ObjectType({ description: 'What a user or an anonymous visitor agreed to.' })
export class Consent extends From<Decision> {
  @Field(() => Boolean, { description: 'Whether views, clicks and add-to-carts are stored.' })
  tracking!: boolean;

  @Field(() => Boolean, { description: 'Whether recommendations follow from what they do.' })
  personalisation!: boolean;

  @Field(() => String, { nullable: true, description: 'The version of the wording that they agreed to; null without a decision.' })
  wordingVersion!: string | null;

  @Field(() => Date, { nullable: true, description: 'When they decided; null without a decision. Ask them then.' })
  decidedAt!: Date | null;
}

@InputType({ description: 'A decision about tracking and personalisation. It replaces the earlier one.' })
export class UpdateConsentInput {
  @Field(() => Boolean, {
    description: 'Whether views, clicks and add-to-carts may be stored. Without it, what was stored before is deleted.',
  })
  tracking!: boolean;

  @Field(() => Boolean, { description: 'Whether recommendations may follow from what the viewer does.' })
  personalisation!: boolean;

  @Field(() => String, { description: 'Version of the wording that the viewer was shown, at most 100 characters.' })
  wordingVersion!: string;

  @Field(() => String, { nullable: true, description: 'An anonymous visitor’s ID, as in `trackEvents`. Ignored when signed in.' })
  visitorId?: string | null;
}

export const UpdateConsentPayload = payloadType('UpdateConsentPayload', 'The decision.', {
  consent: field(() => Consent, 'What holds from now on.'),
});
