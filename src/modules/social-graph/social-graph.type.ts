import { Field, ID, InputType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { field, payloadType } from '../../relay/output.js';
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

export const BlockUserPayload = payloadType('BlockUserPayload', 'The blocked user.', {
  user: field(() => User, 'Whom one has blocked.'),
});

export const UnblockUserPayload = payloadType('UnblockUserPayload', 'The user who is blocked no longer.', {
  user: field(() => User, 'Whom one sees again.'),
});

export const FollowUserPayload = payloadType('FollowUserPayload', 'The followed user.', {
  user: field(() => User, 'Whom one follows now.'),
});

export const UnfollowUserPayload = payloadType('UnfollowUserPayload', 'The user who is followed no longer.', {
  user: field(() => User, 'Whom one follows no longer.'),
});
