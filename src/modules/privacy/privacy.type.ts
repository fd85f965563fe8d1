import { Field, InputType } from 'type-graphql';
import { field, payloadType } from '../../relay/output.js';

@InputType({ description: 'Confirmation that the viewer wants to delete their account.' })
export class EraseMeInput {
  @Field(() => String, {
    nullable: true,
    description: 'The viewer’s password. Leave it out for accounts of an external identity provider, which have none.',
  })
  password?: string | null;

  @Field(() => Boolean, { description: 'Must be true. Deleting an account can’t be undone.' })
  confirm!: boolean;
}

export const EraseMePayload = payloadType('EraseMePayload', 'Result of deleting the account.', {
  erased: field(() => Boolean, 'Whether the account was deleted. All sessions end.'),
});
