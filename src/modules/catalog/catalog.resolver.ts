import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { RequestError } from '../../errors.js';
import { asksFor, ConnectionArgs, paginate, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { registerNode } from '../../relay/node.js';
import { payload } from '../../relay/payload.js';
import { User, userById, type PublicUser } from '../user/index.js';
import { categoryById, childCategories, productById } from './catalog.loader.js';
import { CategoryModel, ProductModel, type CategoryDocument, type ProductDocument } from './catalog.model.js';
import { categoryList, createCategory, createProduct, productBySlug, productList, updateProduct } from './catalog.service.js';
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

registerNode('Product', (id, context) => context.load(productById, id));
registerNode('Category', (id, context) => context.load(categoryById, id));

@Resolver(() => Product)
export class ProductResolver {
  @Query(() => ProductConnection, { description: 'The shop’s products.' })
  async products(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Info() info: GraphQLResolveInfo,
    @Arg('filter', () => ProductFilter, { nullable: true, description: 'Which products; all where left out.' })
    filter?: ProductFilter | null,
    @Arg('sort', () => ProductSort, { nullable: true, defaultValue: ProductSort.NEWEST, description: 'In which order.' })
    sort: ProductSort = ProductSort.NEWEST,
  ): Promise<Connection<ProductDocument>> {
    const { categoryId, merchantId, ...rest } = filter ?? {};
    const category = categoryId ? idOf('Category', categoryId, 'filter.categoryId') : undefined;
    const merchant = merchantId ? idOf('User', merchantId, 'filter.merchantId') : undefined;
    const list = productList({ category, merchant, ...rest }, sort);
    const everything = Object.keys(list.filter).length === 0;
    if (everything && asksFor(info, 'totalCount')) list.totalCount = await ProductModel.estimatedDocumentCount();
    return paginate(ProductModel, list, page);
  }

  @Query(() => Product, { nullable: true, description: 'One product, by id or by slug; null where there is none.' })
  product(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { nullable: true, description: 'Its id.' }) id?: string | null,
    @Arg('slug', () => String, { nullable: true, description: 'Its slug.' }) slug?: string | null,
  ): Promise<ProductDocument | null> {
    if (id && slug) throw new RequestError('BAD_USER_INPUT', 'Give either id or slug, not both.', 'slug');
    if (id) return context.load(productById, idOf('Product', id, 'id'));
    if (slug) return productBySlug(slug);
    throw new RequestError('BAD_USER_INPUT', 'Give the id or the slug.', 'id');
  }

  @FieldResolver(() => Category, { description: 'Where it belongs.' })
  category(@Root() product: ProductDocument, @Ctx() context: RequestContext): Promise<CategoryDocument> {
    return context.require(categoryById, product.category);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Who sells it; null where they have left.' })
  merchant(@Root() product: ProductDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> {
    return context.load(userById, product.merchant);
  }

  @Authorized('MERCHANT')
  @Mutation(() => CreateProductPayload, { description: 'Puts a product into the shop. For merchants.' })
  createProduct(
    @Arg('input', () => CreateProductInput, { description: 'The product.' }) input: CreateProductInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const { categoryId, imageUrl, ...rest } = input;
    const category = idOf('Category', categoryId, 'input.categoryId');
    return payload(async () => ({
      product: await createProduct(context.requireSignedIn(), { ...rest, category, imageUrl: imageUrl?.href ?? null }),
    }));
  }

  @Authorized('MERCHANT', 'ADMIN')
  @Mutation(() => UpdateProductPayload, { description: 'Changes a product. For its merchant.' })
  updateProduct(
    @Arg('input', () => UpdateProductInput, { description: 'What to change.' }) input: UpdateProductInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const { productId, imageUrl, ...change } = input;
    const id = idOf('Product', productId, 'input.productId');
    return payload(async () => ({
      product: await updateProduct(context.requireSignedIn(), id, { ...change, imageUrl: imageUrl ? imageUrl.href : imageUrl }),
    }));
  }
}

@Resolver(() => Category)
export class CategoryResolver {
  @Query(() => CategoryConnection, { description: 'The categories at the top of the tree, by name.' })
  categories(@Args(() => ConnectionArgs) page: ConnectionArgs): Promise<Connection<CategoryDocument>> {
    return paginate(CategoryModel, categoryList(null), page);
  }

  @FieldResolver(() => Category, { nullable: true, description: 'The category it belongs under; null at the top.' })
  parent(@Root() category: CategoryDocument, @Ctx() context: RequestContext): Promise<CategoryDocument | null> | null {
    return category.parent && context.load(categoryById, category.parent);
  }

  @FieldResolver(() => CategoryConnection, { description: 'The categories right below it, by name.' })
  children(
    @Root() category: CategoryDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<CategoryDocument>> {
    return context.require(childCategories, { parent: category._id, list: categoryList(category._id), args: page });
  }

  @Authorized('ADMIN')
  @Mutation(() => CreateCategoryPayload, { description: 'Makes a category. For administrators.' })
  createCategory(@Arg('input', () => CreateCategoryInput, { description: 'The category.' }) input: CreateCategoryInput): Promise<object> {
    const parent = input.parentId ? idOf('Category', input.parentId, 'input.parentId') : null;
    return payload(async () => ({ category: await createCategory(input.name, parent) }));
  }
}
