import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { field, ObjectType, payloadType } from '../../relay/output.js';
import type { ShareDocument } from './share.model.js';

export enum ShareChannel {
  FOLLOWERS = 'FOLLOWERS',
  LINK = 'LINK',
  EMAIL = 'EMAIL',
  WHATSAPP = 'WHATSAPP',
  FACEBOOK = 'FACEBOOK',
  X = 'X',
  PINTEREST = 'PINTEREST',
}

registerEnumType(ShareChannel, {
  name: 'ShareChannel',
  description: 'By which way a product is shared.',
  valuesConfig: {
    FOLLOWERS: { description: 'Into the feeds of one’s followers, where everybody may see and discuss it.' },
    LINK: { description: 'By a link that one sends oneself.' },
    EMAIL: { description: 'By e-mail.' },
    WHATSAPP: { description: 'By WhatsApp.' },
    FACEBOOK: { description: 'On Facebook.' },
    X: { description: 'On X.' },
    PINTEREST: { description: 'On Pinterest.' },
  },
});

@ObjectType({ description: 'What came of a share.' })
export class ShareStats {
  @Field(() => Int, { name: 'visitCount', description: 'How often people followed the link; machines are left out.' })
  visits!: number;

  @Field(() => Int, { name: 'uniqueVisitorCount', description: 'How many different people did.' })
  uniqueVisitors!: number;

  @Field(() => Int, {
    name: 'orderCount',
    description: 'How many orders of the product followed within 30 days of a visit; cancelled ones are left out.',
  })
  orders!: number;
}

@ObjectType({
  implements: Node,
  description: 'A product that somebody shared. Only its author sees it, unless it went to their followers.',
})
export class Share extends Node<ShareDocument> {
  @Field(() => ShareChannel, { description: 'By which way.' })
  channel!: ShareChannel;

  @Field(() => String, { description: 'What they say of it; may be empty.' })
  message!: string;

  @Field(() => Date, { description: 'When.' })
  createdAt!: Date;
}

export const ShareConnection = connectionType(Share, 'Share');

@InputType({ description: 'A product to share.' })
export class ShareProductInput {
  @Field(() => ID, { description: 'The product.' })
  productId!: string;

  @Field(() => ShareChannel, { description: 'By which way.' })
  channel!: ShareChannel;

  @Field(() => String, { nullable: true, defaultValue: '', description: 'Plain text, at most 1,000 characters.' })
  message!: string;

  @Field(() => String, { nullable: true, description: 'Repeating a request with the same key makes no second share.' })
  idempotencyKey?: string | null;
}

export const ShareProductPayload = payloadType('ShareProductPayload', 'The new share.', {
  share: field(() => Share, 'The share, as stored.'),
  held: field(() => Boolean, 'Whether a moderator must see it before others do.'),
});

@InputType({ description: 'Which share to delete.' })
export class DeleteShareInput {
  @Field(() => ID, { description: 'One’s own share.' })
  shareId!: string;
}

export const DeleteSharePayload = payloadType('DeleteSharePayload', 'What was deleted.', {
  deletedShareId: field(() => ID, 'The id that the share had.'),
});
