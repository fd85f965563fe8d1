import { createUnionType, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { Payload } from '../../relay/payload.js';
import { Product } from '../catalog/index.js';
import { Review } from '../review/index.js';

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
  types: () => [Product, Review] as const,
});

@InputType({ description: 'A new comment.' })
export class AddCommentInput {
  @Field(() => ID, { description: 'What it is about: a product or a review.' })
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
