import { createUnionType, Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { connectionType, edgeType } from '../../relay/connection.js';
import { ChangeKind } from '../../relay/change-kind.js';
import { Node } from '../../relay/node.js';
import { eventType, field, ObjectType, payloadType, requiredField } from '../../relay/output.js';
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
  description: 'A reaction to a comment.',
  valuesConfig: {
    LIKE: { description: 'A thumbs-up: like.' },
    LOVE: { description: 'A heart: love.' },
    LAUGH: { description: 'A laughing face.' },
    SURPRISE: { description: 'A surprised face.' },
    SAD: { description: 'A sad face.' },
    ANGRY: { description: 'An angry face.' },
  },
});

@ObjectType({ description: 'Number of reactions of one kind.' })
export class ReactionCount {
  @Field(() => Reaction, { description: 'Kind of reaction.' })
  reaction!: Reaction;

  @Field(() => Int, { description: 'How often the reaction was given.' })
  count!: number;
}

export enum CommentSort {
  NEWEST = 'NEWEST',
  OLDEST = 'OLDEST',
}

registerEnumType(CommentSort, {
  name: 'CommentSort',
  description: 'Order of a comment list.',
  valuesConfig: { NEWEST: { description: 'Newest comments first.' }, OLDEST: { description: 'Oldest comments first.' } },
});

@ObjectType({ implements: Node, description: 'A comment on a product, review, answer or share, or a reply to another comment.' })
export class Comment extends Node<CommentDocument> {
  @Field(() => String, { description: 'Text of the comment. Empty if it was deleted or hidden.' })
  body!: string;

  @Field(() => Int, { description: 'Number of direct replies.' })
  replyCount!: number;

  @Field(() => Date, { description: 'When the comment was written.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When the author last edited it. Null if they never did.' })
  editedAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When the comment was deleted. Null unless it was deleted while it had replies.' })
  deletedAt!: Date | null;
}

export const CommentConnection = connectionType(Comment, 'Comment', { liveAs: '`commentAdded` and `commentChanged`' });

export const CommentSubject = createUnionType({
  name: 'CommentSubject',
  description: 'What can be commented on.',
  types: () => [Product, Review, Answer, Share] as const,
});

@InputType({ description: 'A comment to add.' })
export class AddCommentInput {
  @Field(() => ID, {
    description:
      'The product, review, answer or share to comment on. Of shares, only those with the channel `FOLLOWERS` can be commented on.',
  })
  subjectId!: string;

  @Field(() => ID, { nullable: true, description: 'The comment to reply to, on the same subject. The comment is top-level when left out.' })
  parentId?: string | null;

  @Field(() => String, { description: 'Plain text, up to 5,000 characters.' })
  body!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Key that makes retries safe: a request that is repeated with the same key adds no second comment.',
  })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Changes to a comment.' })
export class EditCommentInput {
  @Field(() => ID, { description: 'One of the viewer’s comments.' })
  commentId!: string;

  @Field(() => String, { description: 'Plain text, up to 5,000 characters.' })
  body!: string;
}

@InputType({ description: 'A comment to delete.' })
export class DeleteCommentInput {
  @Field(() => ID, { description: 'One of the viewer’s comments.' })
  commentId!: string;
}

export const AddCommentPayload = payloadType('AddCommentPayload', 'Result of adding a comment.', {
  comment: field(() => Comment, 'The added comment.'),
  held: field(() => Boolean, 'Whether it is held until a moderator approves it. Null if the mutation failed.'),
});

@InputType({ description: 'A reaction to a comment.' })
export class ReactToCommentInput {
  @Field(() => ID, { description: 'The comment to react to.' })
  commentId!: string;

  @Field(() => Reaction, { nullable: true, description: 'The reaction. Null, or leaving it out, removes the viewer’s reaction.' })
  reaction?: Reaction | null;
}

export const ReactToCommentPayload = payloadType('ReactToCommentPayload', 'Result of reacting to a comment.', {
  comment: field(() => Comment, 'The updated comment.'),
});

export const EditCommentPayload = payloadType('EditCommentPayload', 'Result of editing a comment.', {
  comment: field(() => Comment, 'The updated comment.'),
  held: field(
    () => Boolean,
    'Whether it is hidden from others: held until a moderator approves it, or hidden by a moderator. Null if the mutation failed.',
  ),
});

export const DeleteCommentPayload = payloadType('DeleteCommentPayload', 'Result of deleting a comment.', {
  deletedCommentId: field(() => ID, 'ID of the deleted comment.'),
  comment: field(() => Comment, 'The emptied comment that keeps the place of its replies. Null if it has none.'),
  parent: field(() => Comment, 'The parent of the deleted comment, with its new `replyCount`. Null for top-level comments.'),
  subject: field(() => CommentSubject, 'What was commented on, with its new counts. Null if the viewer may not see it.'),
});

export const CommentAdded = eventType('CommentAdded', 'A comment was added.', {
  comment: field(() => Comment, 'The comment. Null if it has been removed since.'),
  edge: field(
    () => edgeType(CommentConnection),
    'The comment’s edge: in the subject’s comments, sorted by `NEWEST`, or for a reply in the replies of its parent. Null if it has been removed since.',
  ),
  subject: field(() => CommentSubject, 'What was commented on. Null if the viewer may not see it.'),
});

export const CommentChanged = eventType('CommentChanged', 'A comment was added, edited or removed.', {
  kind: requiredField(() => ChangeKind, 'What happened to the comment.'),
  commentId: requiredField(() => ID, 'ID of the comment, even if it was removed.'),
  comment: field(
    () => Comment,
    'The comment as it is now. If it was removed: the emptied comment that keeps the place of its replies, or null if it has none.',
  ),
  edge: field(
    () => edgeType(CommentConnection),
    'The comment’s edge in the subject’s comments, sorted by `NEWEST`, or for a reply in the replies of its parent. Null unless `kind` is `ADDED`.',
  ),
  subject: field(() => CommentSubject, 'What was commented on. Null if the viewer may not see it.'),
});
