import { createUnionType, Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { connectionType, edgeType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { eventType, field, ObjectType, payloadType } from '../../relay/output.js';
import { Product } from '../catalog/index.js';
import { Answer } from '../question/index.js';
import { Review } from '../review/index.js';
import { Share } from '../share/index.js';
import type { CommentDocument } from './comment.model.js';

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
export class Comment extends Node<CommentDocument> {
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

export const AddCommentPayload = payloadType('AddCommentPayload', 'The new comment.', {
  comment: field(() => Comment, 'The comment, as stored.'),
  held: field(() => Boolean, 'Whether a moderator must see it before others do.'),
});

@InputType({ description: 'A reaction to a comment.' })
export class ReactToCommentInput {
  @Field(() => ID, { description: 'The comment.' })
  commentId!: string;

  @Field(() => Reaction, { nullable: true, description: 'The reaction; null takes it back.' })
  reaction?: Reaction | null;
}

export const ReactToCommentPayload = payloadType('ReactToCommentPayload', 'The comment with its new reactions.', {
  comment: field(() => Comment, 'The comment, as changed.'),
});

export const EditCommentPayload = payloadType('EditCommentPayload', 'The changed comment.', {
  comment: field(() => Comment, 'The comment, as changed.'),
  held: field(() => Boolean, 'Whether it is out of sight: a moderator must see it before others do, or has hidden it.'),
});

export const DeleteCommentPayload = payloadType('DeleteCommentPayload', 'What was deleted.', {
  deletedCommentId: field(() => ID, 'The id of the comment.'),
});

export const CommentAdded = eventType('CommentAdded', 'A comment was written.', {
  comment: field(() => Comment, 'The comment. Null if it has been removed since.'),
  edge: field(
    () => edgeType(CommentConnection),
    'The comment’s edge: in the subject’s comments, sorted by `NEWEST`, or for a reply in the replies of its parent. Null if it has been removed since.',
  ),
  subject: field(() => CommentSubject, 'What the comment is about. Null if the viewer may not see it.'),
});
