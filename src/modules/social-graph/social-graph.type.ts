import { Field, ID, InputType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { field, payloadType } from '../../relay/output.js';
import { User } from '../user/index.js';

export const UserConnection = connectionType(User, 'User');

@InputType({ description: 'A user to follow.' })
export class FollowUserInput {
  @Field(() => ID, { description: 'The user to follow.' })
  userId!: string;
}

@InputType({ description: 'A user to unfollow.' })
export class UnfollowUserInput {
  @Field(() => ID, { description: 'The user to unfollow.' })
  userId!: string;
}

@InputType({ description: 'A user to block.' })
export class BlockUserInput {
  @Field(() => ID, { description: 'The user to block.' })
  userId!: string;
}

@InputType({ description: 'A user to unblock.' })
export class UnblockUserInput {
  @Field(() => ID, { description: 'The user to unblock.' })
  userId!: string;
}

export const BlockUserPayload = payloadType('BlockUserPayload', 'Result of blocking a user.', {
  user: field(() => User, 'The blocked user.'),
});

export const UnblockUserPayload = payloadType('UnblockUserPayload', 'Result of unblocking a user.', {
  user: field(() => User, 'The unblocked user.'),
});

export const FollowUserPayload = payloadType('FollowUserPayload', 'Result of following a user.', {
  user: field(() => User, 'The followed user.'),
});

export const UnfollowUserPayload = payloadType('UnfollowUserPayload', 'Result of unfollowing a user.', {
  user: field(() => User, 'The unfollowed user.'),
});
