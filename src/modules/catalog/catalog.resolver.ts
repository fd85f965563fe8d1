import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Authorized, Ctx, ID, Info, Int, Resolver, Root } from 'type-graphql';
import { RequestError } from '../../errors.js';
import { asksFor, ConnectionArgs, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { Cost } from '../../relay/cost.js';
import { idOf, imageIdsOf } from '../../relay/global-id.js';
import { FieldResolver, Mutation, Query } from '../../relay/output.js';
import { payload } from '../../relay/payload.js';
import { paginate } from '../../store/paging.js';
import { Image, type ImageVerbs, type ShownImage } from '../image/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import { User, type PublicUser } from '../user/index.js';
import { availabilityOf, ProductAvailability } from './availability.js';
import type { CatalogLoaders } from './catalog.loader.js';
import type { CatalogModels, CategoryDocument, ProductDocument } from './catalog.model.js';
import { categoryList, productList, type CatalogService } from './catalog.service.js';
import {
  Category,
  CategoryConnection,
  CreateCategoryInput,
  CreateCategoryPayload,
  CreateProductInput,
  CreateProductPayload,
  Product,
  ProductConnection,
  ProductFilter,
  ProductSort,
  UpdateProductInput,
  UpdateProductPayload,
} from './catalog.type.js';

export interface CatalogResolverDependencies {
  catalog: CatalogService;
  models: CatalogModels;
  loaders: CatalogLoaders;
  socialGraph: SocialGraphVerbs;
  images: ImageVerbs;
}

@Resolver(() => Product)
export class ProductResolver {
  constructor(private readonly dependencies: CatalogResolverDependencies) {}

  @Query(() => ProductConnection, { description: 'The shop’s products.' })
  async products(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Info() info: GraphQLResolveInfo,
    @Arg('filter', () => ProductFilter, { nullable: true, description: 'Conditions the products must meet. All products when left out.' })
    filter?: ProductFilter | null,
    @Arg('sort', () => ProductSort, { nullable: true, defaultValue: ProductSort.NEWEST, description: 'Order of the list.' })
    sort: ProductSort = ProductSort.NEWEST,
  ): Promise<Connection<ProductDocument>> {
    const { categoryId, merchantId, ...rest } = filter ?? {};
    const category = categoryId ? idOf('Category', categoryId, 'filter.categoryId') : undefined;
    const merchant = merchantId ? idOf('User', merchantId, 'filter.merchantId') : undefined;
    const list = productList({ category, merchant, ...rest }, sort);
    const everything = Object.keys(list.filter).length === 0;
    if (everything && asksFor(info, 'totalCount')) list.totalCount = await this.dependencies.models.products.estimatedDocumentCount();
    return paginate(this.dependencies.models.products, list, page);
  }

  @Query(() => Product, { nullable: true, description: 'A product by ID or slug. Null if there is none.' })
  product(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { nullable: true, description: 'The object’s ID.' }) id?: string | null,
    @Arg('slug', () => String, { nullable: true, description: 'The product’s slug.' }) slug?: string | null,
  ): Promise<ProductDocument | null> {
    if (id && slug) throw new RequestError('BAD_USER_INPUT', 'Give either id or slug, not both.', 'slug');
    if (id) return context.load(this.dependencies.loaders.productById, idOf('Product', id, 'id'));
    if (slug) return this.dependencies.catalog.productBySlug(slug);
    throw new RequestError('BAD_USER_INPUT', 'Give the id or the slug.', 'id');
  }

  @FieldResolver(() => Category, { description: 'The category the product belongs to.' })
  category(@Root() product: ProductDocument, @Ctx() context: RequestContext): Promise<CategoryDocument> {
    return context.require(this.dependencies.loaders.categoryById, product.category);
  }

  @FieldResolver(() => User, {
    nullable: true,
    description:
      'The merchant who sells the product. Null if their account was deleted, or if one of them and the viewer blocked the other.',
  })
  merchant(@Root() product: ProductDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return this.dependencies.socialGraph.visibleUser(product.merchant, context);
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
  @FieldResolver(() => [Image], { description: 'Images of the product, at most 21. The first one stands for it in lists.' })
  images(@Root() { images, imageUrl }: ProductDocument, @Ctx() context: RequestContext): Promise<ShownImage[]> {
    return this.dependencies.images.shown(context, images, imageUrl ? [imageUrl] : []);
  }

  @Authorized('MERCHANT')
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

  @Authorized('MERCHANT', 'ADMIN')
  @Mutation(() => UpdateProductPayload, { description: 'Updates a product. Only its merchant can.' })
  updateProduct(
    @Arg('input', () => UpdateProductInput, { description: 'The product, and the fields to change.' }) input: UpdateProductInput,
    @Ctx() context: RequestContext,
  ) {
    const { productId, imageIds, ...change } = input;
    const images = imageIdsOf(imageIds);
    const id = idOf('Product', productId, 'input.productId');
    return payload(async () => ({
      product: await this.dependencies.catalog.updateProduct(context.requireSignedIn(), id, { ...change, images }),
    }));
  }
}

@Resolver(() => Category)
export class CategoryResolver {
  constructor(private readonly dependencies: CatalogResolverDependencies) {}

  @Query(() => CategoryConnection, { description: 'Top-level categories, by name.' })
  categories(@Args(() => ConnectionArgs) page: ConnectionArgs): Promise<Connection<CategoryDocument>> {
    return paginate(this.dependencies.models.categories, categoryList(null), page);
  }

  @FieldResolver(() => Category, { nullable: true, description: 'The parent category. Null for top-level categories.' })
  parent(@Root() category: CategoryDocument, @Ctx() context: RequestContext): Promise<CategoryDocument | null> | null {
    return category.parent && context.load(this.dependencies.loaders.categoryById, category.parent);
  }

  @FieldResolver(() => CategoryConnection, { description: 'Direct subcategories, by name.' })
  children(
    @Root() category: CategoryDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<CategoryDocument>> {
    return context.require(this.dependencies.loaders.childCategories, {
      parent: category._id,
      list: categoryList(category._id),
      args: page,
    });
  }

  @Authorized('ADMIN')
  @Mutation(() => CreateCategoryPayload, { description: 'Creates a category. Requires the role `ADMIN`.' })
  createCategory(@Arg('input', () => CreateCategoryInput, { description: 'The category to create.' }) input: CreateCategoryInput) {
    const parent = input.parentId ? idOf('Category', input.parentId, 'input.parentId') : null;
    return payload(async () => ({ category: await this.dependencies.catalog.createCategory(input.name, parent) }));
  }
}
