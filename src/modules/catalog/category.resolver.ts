import { Arg, Args, Authorized, Ctx, Resolver, Root } from 'type-graphql';
import { RequestError } from '../../errors.js';
import { ConnectionArgs, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { Cost } from '../../relay/cost.js';
import { findOne, namesType, type Names } from '../../relay/find-one.js';
import { idOf, toGlobalId } from '../../relay/global-id.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { FieldResolver, Mutation, Query } from '../../relay/output.js';
import { AllowKeys } from '../../relay/scopes.js';
import { payload } from '../../relay/payload.js';
import { paginate } from '../../store/paging.js';
import type { CatalogLoaders } from './catalog.loader.js';
import type { CatalogModels, CategoryDocument, ProductDocument } from './catalog.model.js';
import { Category, CategoryConnection, ProductConnection, ProductSort } from './catalog.type.js';
import { categoryList, checkCategory, maxDepth, type CategoryService } from './category.service.js';
import {
  CreateCategoryInput,
  CreateCategoryPayload,
  DeleteCategoryInput,
  DeleteCategoryPayload,
  UpdateCategoryInput,
  UpdateCategoryPayload,
} from './category.type.js';
import type { FilterScope } from './filter-scope.js';
import { sourceOf } from './identifiers.js';
import { ProductFilter } from './product-filter.type.js';

export interface CategoryResolverDependencies {
  tree: CategoryService;
  models: CatalogModels;
  loaders: CatalogLoaders;
  scope: FilterScope;
}

const CategoryNames = namesType('Category', ['id', 'slug']);

@Resolver(() => Category)
export class CategoryResolver {
  constructor(private readonly dependencies: CategoryResolverDependencies) {}

  @Query(() => CategoryConnection, { description: 'The categories at the top of the tree, by name.' })
  categories(@Args(() => ConnectionArgs) page: ConnectionArgs): Promise<Connection<CategoryDocument>> {
    return paginate(this.dependencies.models.categories, categoryList(null), page);
  }

  @Query(() => Category, {
    nullable: true,
    description: 'A category by ID, by slug or by its ID in another system. Null if there is none.',
  })
  category(@Args(() => CategoryNames) names: Names<'id' | 'slug'>, @Ctx() context: RequestContext): Promise<CategoryDocument | null> {
    const { tree, loaders } = this.dependencies;
    return findOne(names, {
      id: (given) => context.load(loaders.categoryById, idOf('Category', given, 'id')),
      slug: (given) => tree.categoryBySlug(given),
      externalId: (key) => context.load(loaders.categoryByExternalId, key),
    });
  }

  @FieldResolver(() => Category, { nullable: true, description: 'The category above it. Null for categories at the top of the tree.' })
  parent(@Root() category: CategoryDocument, @Ctx() context: RequestContext): Promise<CategoryDocument | null> | null {
    return category.parent && context.load(this.dependencies.loaders.categoryById, category.parent);
  }

  @Cost({ assumedSize: maxDepth })
  @FieldResolver(() => [Category], { description: 'The categories above it, from the top of the tree down, for breadcrumbs. Up to 20.' })
  async ancestors(@Root() { ancestors }: CategoryDocument, @Ctx() context: RequestContext): Promise<CategoryDocument[]> {
    const found = await Promise.all(ancestors.map((id) => context.load(this.dependencies.loaders.categoryById, id)));
    return found.filter((category) => category !== null);
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

  @FieldResolver(() => ProductConnection, { description: 'The products in the category and all categories below it.' })
  async products(
    @Root() category: CategoryDocument,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: RequestContext,
    @Arg('filter', () => ProductFilter, {
      nullable: true,
      description: 'Further conditions on the products. All products when left out. `categoryId` can’t be used here.',
    })
    filter?: ProductFilter | null,
    @Arg('sort', () => ProductSort, {
      nullable: true,
      defaultValue: ProductSort.NEWEST,
      description: 'Order of the list. Newest first when left out.',
    })
    sort: ProductSort = ProductSort.NEWEST,
  ): Promise<Connection<ProductDocument>> {
    if (filter?.categoryId) throw new RequestError('BAD_USER_INPUT', 'This list is of one category already.', 'filter.categoryId');
    const conditions = await this.dependencies.scope.check(filter, context);
    return context.require(this.dependencies.loaders.productsOfCategory, { category: category._id, conditions, sort, args: page });
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The category’s ID in another system, unique within its source. Null if there is none.',
  })
  externalId(@Root() { externalId }: CategoryDocument): string | null {
    return externalId ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The system that `externalId` belongs to. Null if there is no `externalId`.',
  })
  source(@Root() { externalId, source }: CategoryDocument): string | null {
    return sourceOf({ externalId, source });
  }

  @AllowKeys('catalog:write')
  @Authorized('ADMIN')
  @ChecksInput((input: CreateCategoryInput) => checkCategory(input))
  @Mutation(() => CreateCategoryPayload, { description: 'Creates a category. Requires the role `ADMIN`.' })
  createCategory(
    @Arg('input', () => CreateCategoryInput, { description: 'The category to create.' }) { parentId, ...input }: CreateCategoryInput,
  ) {
    const parent = parentId ? idOf('Category', parentId, 'input.parentId') : null;
    return payload(async () => ({ category: await this.dependencies.tree.create({ ...input, parent }) }));
  }

  @AllowKeys('catalog:write')
  @Authorized('ADMIN')
  @ChecksInput((input: UpdateCategoryInput) => checkCategory(input))
  @Mutation(() => UpdateCategoryPayload, { description: 'Renames or moves a category. Requires the role `ADMIN`.' })
  updateCategory(
    @Arg('input', () => UpdateCategoryInput, { description: 'The category, and the fields to change.' })
    { categoryId, parentId, ...input }: UpdateCategoryInput,
  ) {
    const id = idOf('Category', categoryId, 'input.categoryId');
    const moved = parentId === undefined ? {} : { parent: parentId === null ? null : idOf('Category', parentId, 'input.parentId') };
    return payload(async () => ({
      category: await this.dependencies.tree.update(id, { ...input, ...moved }),
    }));
  }

  @AllowKeys('catalog:write')
  @Authorized('ADMIN')
  @Mutation(() => DeleteCategoryPayload, { description: 'Deletes an empty category. Requires the role `ADMIN`.' })
  deleteCategory(
    @Arg('input', () => DeleteCategoryInput, { description: 'The category to delete.' }) input: DeleteCategoryInput,
    @Ctx() context: RequestContext,
  ) {
    const id = idOf('Category', input.categoryId, 'input.categoryId');
    return payload(async () => {
      const { _id, parent } = await this.dependencies.tree.delete(id);
      return {
        deletedCategoryId: toGlobalId('Category', _id),
        parent: parent && (await context.load(this.dependencies.loaders.categoryById, parent)),
      };
    });
  }
}
