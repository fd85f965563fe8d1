/** Whether the viewer may do something, in the words of the API: what a mutation will answer, known beforehand. */
import 'reflect-metadata';
import type { Types } from 'mongoose';
import { Field, registerEnumType } from 'type-graphql';
import type { RequestContext } from './context.js';
import { From, ObjectType } from './output.js';

export enum PermissionDenial {
  NOT_SIGNED_IN = 'NOT_SIGNED_IN',
  NOT_AUTHOR = 'NOT_AUTHOR',
  DELETED = 'DELETED',
  TOO_LATE = 'TOO_LATE',
  HAS_ANSWERS = 'HAS_ANSWERS',
  OWN_PRODUCT = 'OWN_PRODUCT',
  ALREADY_REVIEWED = 'ALREADY_REVIEWED',
  ARCHIVED = 'ARCHIVED',
}

registerEnumType(PermissionDenial, {
  name: 'PermissionDenial',
  description: 'Why the viewer can’t do something.',
  valuesConfig: {
    NOT_SIGNED_IN: { description: 'The viewer is not signed in.' },
    NOT_AUTHOR: { description: 'Someone else owns or wrote it.' },
    DELETED: { description: 'It was deleted. Its place is kept for the replies to it.' },
    TOO_LATE: { description: 'It is too old to be changed.' },
    HAS_ANSWERS: { description: 'Questions with answers can’t be deleted.' },
    OWN_PRODUCT: { description: 'Merchants can’t review their own products.' },
    ALREADY_REVIEWED: { description: 'The viewer has reviewed the product. They can change that review.' },
    ARCHIVED: { description: 'The product is no longer in the shop.' },
  },
});

export interface PermissionAnswer {
  allowed: boolean;
  reason: PermissionDenial | null;
  until: Date | null;
}

@ObjectType({ description: 'Whether the viewer can do something.' })
export class Permission extends From<PermissionAnswer> {
  @Field(() => Boolean, { description: 'Whether the mutation would succeed now, given valid input.' })
  allowed!: boolean;

  @Field(() => PermissionDenial, { nullable: true, description: 'Why the viewer can’t do it. Null if they can.' })
  reason!: PermissionDenial | null;

  @Field(() => Date, { nullable: true, description: 'When the permission ends. Null if it never does, or if the viewer does not have it.' })
  until!: Date | null;
}

/** @param until when it ends; null for never */
export function allowed(until: Date | null = null): PermissionAnswer {
  return { allowed: true, reason: null, until };
}

export function denied(reason: PermissionDenial): PermissionAnswer {
  return { allowed: false, reason, until: null };
}

/** What only the author may do. @returns null where the viewer is the author, for the rules that follow */
export function deniedToOthers({ signedIn }: RequestContext, author: Types.ObjectId): PermissionAnswer | null {
  if (!signedIn) return denied(PermissionDenial.NOT_SIGNED_IN);
  return signedIn.userId.equals(author) ? null : denied(PermissionDenial.NOT_AUTHOR);
}

/** What the author may always do, and nobody else. */
export function allowedToAuthor(context: RequestContext, author: Types.ObjectId): PermissionAnswer {
  return deniedToOthers(context, author) ?? allowed();
}
