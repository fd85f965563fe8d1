import { Arg, Args, Authorized, Ctx, Int, Resolver, Root } from 'type-graphql';
import { ConnectionArgs, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { Cost } from '../../relay/cost.js';
import { findOne, namesType, type Names } from '../../relay/find-one.js';
import { idOf, imageIdsOf } from '../../relay/global-id.js';
import { FieldResolver, Mutation, Query } from '../../relay/output.js';
import { AllowKeys } from '../../relay/scopes.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { payload } from '../../relay/payload.js';
import { paginate } from '../../store/paging.js';
import { Image, type ImageVerbs, type ShownImage } from '../image/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import { User, Viewer, type PublicUser } from '../user/index.js';
import { availabilityOf, ProductAvailability } from './availability.js';
import { visibleProduct, type CatalogLoaders } from './catalog.loader.js';
import type { CatalogModels, CategoryDocument, ProductDocument } from './catalog.model.js';
import { contentRules, type CatalogService } from './catalog.service.js';
import type { FilterScope } from './filter-scope.js';
import { sourceOf } from './identifiers.js';
import { ProductFilter } from './product-filter.type.js';
import { archivedList, isIndexed, productList, type ChosenProducts } from './product-list.js';
import {
  ArchiveProductInput,
  ArchiveProductPayload,
  Category,
  CreateProductInput,
  CreateProductPayload,
  Product,
  ProductConnection,
  ProductSort,
  UnarchiveProductInput,
  UnarchiveProductPayload,
  UpdateProductInput,
  UpdateProductPayload,
} from './catalog.type.js';

export interface CatalogResolverDependencies {
  catalog: CatalogService;
  models: CatalogModels;
  loaders: CatalogLoaders;
  socialGraph: SocialGraphVerbs;
  images: ImageVerbs;
  scope: FilterScope;
  chosen: ChosenProducts;
}

const ProductNames = namesType('Product', ['id', 'slug']);

@Resolver(() => Product)
export class ProductResolver {
  constructor(private readonly dependencies: CatalogResolverDependencies) {}

  @Query(() => ProductConnection, { description: 'The shop’s products.' })
  async products(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Arg('filter', () => ProductFilter, { nullable: true, description: 'Conditions on the products. All products when left out.' })
    filter?: ProductFilter | null,
    @Arg('sort', () => ProductSort, {
      nullable: true,
      defaultValue: ProductSort.NEWEST,
      description: 'Order of the list. Newest first when left out.',
    })
    sort: ProductSort = ProductSort.NEWEST,
  ): Promise<Connection<ProductDocument>> {
    const { catalog, chosen, models, scope } = this.dependencies;
    const { conditions, categories } = await scope.read(filter, context);
    if (!isIndexed(conditions, sort, categories)) return (await chosen.pages([{ conditions, sort, args: page }]))[0]!;
    const list = productList(conditions, sort, categories);
    const everything = Object.keys(filter ?? {}).length === 0 && !sort.startsWith('PRICE');
    if (everything) list.totalCount = () => catalog.countInShop();
    return paginate(models.products, list, page);
  }

  @Query(() => Product, {
    nullable: true,
    description:
      'A product by ID, by slug or by its ID in another system. Null if there is none. Archived products are visible to their merchant and to administrators only.',
  })
  async product(@Args(() => ProductNames) names: Names<'id' | 'slug'>, @Ctx() context: RequestContext): Promise<ProductDocument | null> {
    const { catalog, loaders } = this.dependencies;
    const found = await findOne(names, {
      id: (given) => context.load(loaders.productById, idOf('Product', given, 'id')),
      slug: (given) => catalog.productBySlug(given),
      externalId: (key) => context.load(loaders.productByExternalId, key),
    });
    return visibleProduct(found, context);
  }

  @FieldResolver(() => Category, { description: 'The category the product belongs to.' })
  category(@Root() product: ProductDocument, @Ctx() context: RequestContext): Promise<CategoryDocument> {
    return context.require(this.dependencies.loaders.categoryById, product.category);
  }

  @FieldResolver(() => User, {
    nullable: true,
    description:
      'The merchant who sells the product. Null if their account was deleted, or if the merchant and the viewer blocked each other.',
  })
  merchant(@Root() product: ProductDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return this.dependencies.socialGraph.visibleUser(product.merchant, context);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The product’s ID in another system, unique within its source. Null if there is none.',
  })
  externalId(@Root() { externalId }: ProductDocument): string | null {
    return externalId ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The system that `externalId` belongs to. Null if there is no `externalId`.',
  })
  source(@Root() { externalId, source }: ProductDocument): string | null {
    return sourceOf({ externalId, source });
  }

  @FieldResolver(() => Int, { nullable: true, description: 'Number of items in stock. Null if stock is not tracked.' })
  stock(@Root() { stock }: ProductDocument): number | null {
    return stock && Math.max(0, stock);
  }

  @FieldResolver(() => ProductAvailability, { description: 'Whether the product can be ordered now.' })
  availability(@Root() product: ProductDocument): ProductAvailability {
    return availabilityOf(product);
  }

  @Cost({ assumedSize: 5 })
  @FieldResolver(() => [Image], { description: 'Images of the product, up to 21. Use the first one in lists.' })
  images(@Root() { images, imageUrl }: ProductDocument, @Ctx() context: RequestContext): Promise<ShownImage[]> {
    return this.dependencies.images.shown(context, images, imageUrl ? [imageUrl] : []);
  }

  @AllowKeys('catalog:write')
  @Authorized('MERCHANT')
  @ChecksInput(({ ...content }: CreateProductInput) => contentRules(content).check())
  @Mutation(() => CreateProductPayload, { description: 'Adds a product to the shop. Requires the role `MERCHANT`.' })
  createProduct(
    @Arg('input', () => CreateProductInput, { description: 'The product to add.' }) input: CreateProductInput,
    @Ctx() context: RequestContext,
  ) {
    const { categoryId, imageUrl, imageIds, ...rest } = input;
    const category = idOf('Category', categoryId, 'input.categoryId');
    const images = imageIdsOf(imageIds);
    return payload(async () => ({
      product: await this.dependencies.catalog.createProduct(context.requireSignedIn(), {
        ...rest,
        category,
        price: rest.price ?? null,
        imageUrl: imageUrl ?? null,
        images,
      }),
    }));
  }

  @AllowKeys('catalog:write')
  @Authorized('MERCHANT', 'ADMIN')
  @ChecksInput(({ ...content }: UpdateProductInput) => contentRules(content).check())
  @Mutation(() => UpdateProductPayload, { description: 'Updates a product. Only its merchant can.' })
  updateProduct(
    @Arg('input', () => UpdateProductInput, { description: 'The product, and the fields to change.' }) input: UpdateProductInput,
    @Ctx() context: RequestContext,
  ) {
    const { productId, imageIds, categoryId, ...change } = input;
    const images = imageIdsOf(imageIds);
    const id = idOf('Product', productId, 'input.productId');
    const category = categoryId ? { category: idOf('Category', categoryId, 'input.categoryId') } : {};
    return payload(async () => ({
      product: await this.dependencies.catalog.updateProduct(context.requireSignedIn(), id, { ...change, ...category, images }),
    }));
  }

  @AllowKeys('catalog:write')
  @Authorized('MERCHANT', 'ADMIN')
  @Mutation(() => ArchiveProductPayload, {
    description:
      'Takes a product out of the shop. It is removed from lists, searches and recommendations and can’t be ordered; existing orders keep it. Requires being its merchant, or the role `ADMIN`.',
  })
  archiveProduct(
    @Arg('input', () => ArchiveProductInput, { description: 'The product to archive.' }) input: ArchiveProductInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Product', input.productId, 'input.productId');
    return payload(async () => ({ product: await this.dependencies.catalog.setArchived(context.requireSignedIn(), id, true) }));
  }

  @AllowKeys('catalog:write')
  @Authorized('MERCHANT', 'ADMIN')
  @Mutation(() => UnarchiveProductPayload, {
    description: 'Puts an archived product back into the shop. Requires being its merchant, or the role `ADMIN`.',
  })
  unarchiveProduct(
    @Arg('input', () => UnarchiveProductInput, { description: 'The product to put back.' }) input: UnarchiveProductInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Product', input.productId, 'input.productId');
    return payload(async () => ({ product: await this.dependencies.catalog.setArchived(context.requireSignedIn(), id, false) }));
  }
}

/** What a merchant took out of the shop. */
@Resolver(() => Viewer)
export class ArchivedProductsResolver {
  constructor(private readonly models: CatalogModels) {}

  @AllowKeys('catalog:read', 'catalog:write')
  @Authorized('MERCHANT')
  @FieldResolver(() => ProductConnection, {
    nullable: true,
    description: 'The viewer’s archived products, most recently archived first.',
  })
  archivedProducts(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<ProductDocument>> {
    return paginate(this.models.products, archivedList(context.requireSignedIn().userId), page);
  }
}
