import { Arg, Authorized, Ctx, Resolver } from 'type-graphql';
import { withFlaws } from '../../input/flaws.js';
import { Cost } from '../../relay/cost.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { Mutation } from '../../relay/output.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { payload } from '../../relay/payload.js';
import { AllowKeys } from '../../relay/scopes.js';
import { ItemsOf, named } from '../../relay/upsert.js';
import { checkCategories, type CategoryUpserts } from './category-upsert.js';
import { checkProducts, type ProductUpserts } from './product-upsert.js';
import { UpsertCategoriesInput, UpsertCategoriesPayload, UpsertProductsInput, UpsertProductsPayload } from './catalog-upsert.type.js';

@Resolver()
export class CatalogUpsertResolver {
  constructor(
    private readonly products: ProductUpserts,
    private readonly categories: CategoryUpserts,
  ) {}

  @AllowKeys('catalog:write')
  @Authorized('MERCHANT', 'ADMIN')
  @ItemsOf('products')
  @Cost({ perItem: { argument: 'input.products', weight: 1 } })
  @ChecksInput((input: UpsertProductsInput) => checkProducts({ source: input.source, products: input.products }))
  @Mutation(() => UpsertProductsPayload, {
    description:
      'Creates and updates products by their IDs in another system. The other products are written even if some are invalid. The same request again changes nothing. Merchants write their own products, administrators any.',
  })
  upsertProducts(
    @Arg('input', () => UpsertProductsInput, { description: 'The products to write.' })
    { source, products, merchantId }: UpsertProductsInput,
    @Ctx() context: RequestContext,
  ) {
    const merchant = merchantId ? idOf('User', merchantId, 'input.merchantId') : null;
    return payload(async () => ({
      results: named(
        'product',
        await this.products.upsertProducts(context.requireSignedIn(), { source, products: withFlaws(context, products), merchant }),
      ),
    }));
  }

  @AllowKeys('catalog:write')
  @Authorized('ADMIN')
  @ItemsOf('categories')
  @Cost({ perItem: { argument: 'input.categories', weight: 2 } })
  @ChecksInput(({ source, categories }: UpsertCategoriesInput) => checkCategories(source, categories))
  @Mutation(() => UpsertCategoriesPayload, {
    description:
      'Creates, renames and moves categories by their IDs in another system. The other categories are written even if some are invalid. Requires the role `ADMIN`.',
  })
  upsertCategories(
    @Arg('input', () => UpsertCategoriesInput, { description: 'The categories to write.' })
    { source, categories }: UpsertCategoriesInput,
    @Ctx() context: RequestContext,
  ) {
    return payload(async () => ({
      results: named('category', await this.categories.upsertCategories(source, withFlaws(context, categories))),
    }));
  }
}
