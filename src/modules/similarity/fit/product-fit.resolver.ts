import { Ctx, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../../relay/context.js';
import { Cost } from '../../../relay/cost.js';
import { FieldResolver } from '../../../relay/output.js';
import { Product, type ProductDocument } from '../../catalog/index.js';
import type { ProductFitService } from './product-fit.service.js';
import { ProductFit, type ShownFit } from './product-fit.type.js';

@Resolver(() => Product)
export class ProductFitResolver {
  constructor(private readonly fit: ProductFitService) {}

  @Cost({ weight: 20 })
  @FieldResolver(() => ProductFit, {
    nullable: true,
    description:
      'What users with the viewer’s taste liked and disliked about the product, based on public reviews. Null for anonymous users, if the viewer opted out of suggestions or personalisation, and if fewer than three like-minded users reviewed the product. Excludes users who opted out.',
  })
  fitForViewer(@Root() product: ProductDocument, @Ctx() context: RequestContext): Promise<ShownFit | null> {
    return this.fit.fitOf(product, context);
  }
}
