import { createUnionType, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { Payload } from '../../relay/payload.js';
import { Product } from '../catalog/index.js';
import { Answer } from '../question/index.js';
import { Review } from '../review/index.js';
import { Share } from '../share/index.js';

export enum Reaction {
  LIKE = 'LIKE',
  LOVE = 'LOVE',
  LAUGH = 'LAUGH',
  SURPRISE = 'SURPRISE',
  SAD = 'SAD',
  ANGRY = 'ANGRY',
}

registerEnumType(Reaction, {
  name: 'Reaction',
  description: 'How somebody reacts to a comment.',
  valuesConfig: {
    LIKE: { description: 'A thumb up.' },
    LOVE: { description: 'A heart.' },
    LAUGH: { description: 'A laughing face.' },
    SURPRISE: { description: 'A surprised face.' },
    SAD: { description: 'A sad face.' },
    ANGRY: { description: 'An angry face.' },
  },
});

@ObjectType({ description: 'How many reacted in a way.' })
export class ReactionCount {
  @Field(() => Reaction, { description: 'In which way.' })
  reaction!: Reaction;

  @Field(() => Int, { description: 'How many did.' })
  count!: number;
}

export enum CommentSort {
  NEWEST = 'NEWEST',
  OLDEST = 'OLDEST',
}

registerEnumType(CommentSort, {
  name: 'CommentSort',
  description: 'The order of comments.',
  valuesConfig: { NEWEST: { description: 'The latest first.' }, OLDEST: { description: 'The earliest first.' } },
});

@ObjectType({ implements: Node, description: 'What somebody says about a subject, or in reply to another comment.' })
export class Comment extends Node {
  @Field(() => String, { description: 'Plain text, as it was written; empty once it is deleted.' })
  body!: string;

  @Field(() => Int, { description: 'How many replies stand right below it.' })
  replyCount!: number;

  @Field(() => Date, { description: 'When it was written.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When its author last changed it; null where they have not.' })
  editedAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When it was deleted while it had replies; null for every other comment.' })
  deletedAt!: Date | null;
}

export const CommentConnection = connectionType(Comment, 'Comment');

export const CommentSubject = createUnionType({
  name: 'CommentSubject',
  description: 'What can be commented on.',
  types: () => [Product, Review, Answer, Share] as const,
});

@InputType({ description: 'A new comment.' })
export class AddCommentInput {
  @Field(() => ID, { description: 'What it is about: a product, a review, an answer, or a share that went to followers.' })
  subjectId!: string;

  @Field(() => ID, { nullable: true, description: 'The comment on the same subject that it replies to.' })
  parentId?: string | null;

  @Field(() => String, { description: 'Plain text, at most 5,000 characters.' })
  body!: string;

  @Field(() => String, { nullable: true, description: 'Repeating a request with the same key makes no second comment.' })
  idempotencyKey?: string | null;
}

@InputType({ description: 'The new text of one’s comment.' })
export class EditCommentInput {
  @Field(() => ID, { description: 'One’s own comment.' })
  commentId!: string;

  @Field(() => String, { description: 'Plain text, at most 5,000 characters.' })
  body!: string;
}

@InputType({ description: 'Which comment to delete.' })
export class DeleteCommentInput {
  @Field(() => ID, { description: 'One’s own comment.' })
  commentId!: string;
}

@ObjectType({ implements: Payload, description: 'The new comment.' })
export class AddCommentPayload extends Payload {
  @Field(() => Comment, { nullable: true, description: 'The comment, as stored.' })
  comment!: Comment | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether a moderator must see it before others do.' })
  held!: boolean | null;
}

@InputType({ description: 'A reaction to a comment.' })
export class ReactToCommentInput {
  @Field(() => ID, { description: 'The comment.' })
  commentId!: string;

  @Field(() => Reaction, { nullable: true, description: 'The reaction; null takes it back.' })
  reaction?: Reaction | null;
}

@ObjectType({ implements: Payload, description: 'The comment with its new reactions.' })
export class ReactToCommentPayload extends Payload {
  @Field(() => Comment, { nullable: true, description: 'The comment, as changed.' })
  comment!: Comment | null;
}

@ObjectType({ implements: Payload, description: 'The changed comment.' })
export class EditCommentPayload extends Payload {
  @Field(() => Comment, { nullable: true, description: 'The comment, as changed.' })
  comment!: Comment | null;
}

@ObjectType({ implements: Payload, description: 'What was deleted.' })
export class DeleteCommentPayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The id of the comment.' })
  deletedCommentId!: string | null;
}

@ObjectType({ description: 'A comment was written.' })
export class CommentAdded {
  @Field(() => String, { description: 'Give it as `after` to go on from here.' })
  cursor!: string;

  @Field(() => Comment, { nullable: true, description: 'The comment; null where it is gone since.' })
  comment!: Comment | null;
}
