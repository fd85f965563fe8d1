import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { field, ObjectType, payloadType } from '../../relay/output.js';
import { Product } from '../catalog/index.js';
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
  description: 'Channel a product is shared on.',
  valuesConfig: {
    FOLLOWERS: { description: 'In the feeds of the viewer’s followers. Visible to everyone and open to comments.' },
    LINK: { description: 'As a plain link that the viewer passes on.' },
    EMAIL: { description: 'Shared by email.' },
    WHATSAPP: { description: 'Shared on WhatsApp.' },
    FACEBOOK: { description: 'Shared on Facebook.' },
    X: { description: 'Shared on X.' },
    PINTEREST: { description: 'Shared on Pinterest.' },
  },
});

@ObjectType({ description: 'Visits and orders from a share.' })
export class ShareStats {
  @Field(() => Int, { name: 'visitCount', description: 'Number of visits through the link, excluding bots.' })
  visits!: number;

  @Field(() => Int, { name: 'uniqueVisitorCount', description: 'Number of different visitors.' })
  uniqueVisitors!: number;

  @Field(() => Int, {
    name: 'orderCount',
    description: 'Number of orders of the product within 30 days of a visit, excluding cancelled ones.',
  })
  orders!: number;
}

@ObjectType({
  implements: Node,
  description: 'A product a user shared. Visible to its author only, unless it was shared with followers.',
})
export class Share extends Node<ShareDocument> {
  @Field(() => ShareChannel, { description: 'Channel it was shared on.' })
  channel!: ShareChannel;

  @Field(() => String, { description: 'Message of the author. May be empty.' })
  message!: string;

  @Field(() => Date, { description: 'When the product was shared.' })
  createdAt!: Date;
}

export const ShareConnection = connectionType(Share, 'Share');

@InputType({ description: 'A product to share.' })
export class ShareProductInput {
  @Field(() => ID, { description: 'The product to share.' })
  productId!: string;

  @Field(() => ShareChannel, { description: 'Channel to share it on.' })
  channel!: ShareChannel;

  @Field(() => String, { nullable: true, defaultValue: '', description: 'Plain text, up to 1,000 characters.' })
  message!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Key that makes retries safe: a request that is repeated with the same key creates no second share.',
  })
  idempotencyKey?: string | null;
}

export const ShareProductPayload = payloadType('ShareProductPayload', 'Result of sharing a product.', {
  share: field(() => Share, 'The created share.'),
  held: field(() => Boolean, 'Whether it is held until a moderator approves it. Null if the mutation failed.'),
});

@InputType({ description: 'A share to delete.' })
export class DeleteShareInput {
  @Field(() => ID, { description: 'One of the viewer’s shares.' })
  shareId!: string;
}

export const DeleteSharePayload = payloadType('DeleteSharePayload', 'Result of deleting a share.', {
  deletedShareId: field(() => ID, 'ID of the deleted share.'),
  product: field(() => Product, 'The product that was shared.'),
});
