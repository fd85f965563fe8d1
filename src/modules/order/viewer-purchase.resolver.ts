import { Ctx, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../relay/context.js';
import { FieldResolver } from '../../relay/output.js';
import { Product, type ProductDocument } from '../catalog/index.js';
import type { OrderLoaders } from './order.loader.js';

@Resolver(() => Product)
export class ViewerPurchaseResolver {
  constructor(private readonly loaders: OrderLoaders) {}

  @FieldResolver(() => Boolean, {
    description: 'Whether the viewer ordered the product in an order that was not cancelled. False for anonymous users.',
  })
  async viewerHasPurchased(@Root() { _id }: ProductDocument, @Ctx() context: RequestContext): Promise<boolean> {
    if (!context.signedIn) return false;
    return context.require(this.loaders.hasPurchased, { user: context.signedIn.userId, subject: _id });
  }
}
