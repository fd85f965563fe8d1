import { Field, InputType } from 'type-graphql';
import { field, payloadType } from '../../relay/output.js';

@InputType({ description: 'What confirms that one wants to be erased.' })
export class EraseMeInput {
  @Field(() => String, { nullable: true, description: 'One’s password; accounts of an outside identity provider have none.' })
  password?: string | null;

  @Field(() => Boolean, { description: 'Must be true: this cannot be undone.' })
  confirm!: boolean;
}

export const EraseMePayload = payloadType('EraseMePayload', 'The answer to being erased.', {
  erased: field(() => Boolean, 'Whether one is erased. The session has ended.'),
});
