import { Field, InputType, ObjectType } from 'type-graphql';
import { Payload } from '../../relay/payload.js';

@InputType({ description: 'What confirms that one wants to be erased.' })
export class EraseMeInput {
  @Field(() => String, { nullable: true, description: 'One’s password; accounts of an outside identity provider have none.' })
  password?: string | null;

  @Field(() => Boolean, { description: 'Must be true: this cannot be undone.' })
  confirm!: boolean;
}

@ObjectType({ implements: Payload, description: 'The answer to being erased.' })
export class EraseMePayload extends Payload {
  @Field(() => Boolean, { nullable: true, description: 'Whether one is erased. The session has ended.' })
  erased!: boolean | null;
}
