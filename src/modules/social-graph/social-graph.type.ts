import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Payload } from '../../relay/payload.js';
import { User } from '../user/index.js';

export const UserConnection = connectionType(User, 'User');

@InputType({ description: 'Whom to follow.' })
export class FollowUserInput {
  @Field(() => ID, { description: 'The user.' })
  userId!: string;
}

@InputType({ description: 'Whom to follow no longer.' })
export class UnfollowUserInput {
  @Field(() => ID, { description: 'The user.' })
  userId!: string;
}

@InputType({ description: 'Whom to block.' })
export class BlockUserInput {
  @Field(() => ID, { description: 'The user.' })
  userId!: string;
}

@InputType({ description: 'Whom to block no longer.' })
export class UnblockUserInput {
  @Field(() => ID, { description: 'The user.' })
  userId!: string;
}

@ObjectType({ implements: Payload, description: 'The blocked user.' })
export class BlockUserPayload extends Payload {
  @Field(() => User, { nullable: true, description: 'Whom one has blocked.' })
  user!: User | null;
}

@ObjectType({ implements: Payload, description: 'The user who is blocked no longer.' })
export class UnblockUserPayload extends Payload {
  @Field(() => User, { nullable: true, description: 'Whom one sees again.' })
  user!: User | null;
}

@ObjectType({ implements: Payload, description: 'The followed user.' })
export class FollowUserPayload extends Payload {
  @Field(() => User, { nullable: true, description: 'Whom one follows now.' })
  user!: User | null;
}

@ObjectType({ implements: Payload, description: 'The user who is followed no longer.' })
export class UnfollowUserPayload extends Payload {
  @Field(() => User, { nullable: true, description: 'Whom one follows no longer.' })
  user!: User | null;
}
