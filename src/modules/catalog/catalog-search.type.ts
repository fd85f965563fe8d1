import { Field, Float, Int } from 'type-graphql';
import { edgeType, PageInfo, type Connection, type Edge } from '../../relay/connection.js';
import { From, ObjectType } from '../../relay/output.js';
import { SafeInt } from '../../relay/safe-int.js';
import type { ProductDocument } from './catalog.model.js';
import { ProductConnection, type Product } from './catalog.type.js';
import type { Facets } from './facets.js';

@ObjectType({ description: 'A category and the number of products in it that match the search.' })
export class CategoryFacet extends From<Facets['categories'][number]> {
  @Field(() => Int, { name: 'productCount', description: 'Number of products.' })
  count!: number;
}

@ObjectType({ description: 'A value and the number of products with it that match the search.' })
export class FacetValue {
  @Field(() => String, { description: 'Value of the attribute, or the brand.' })
  value!: string;

  @Field(() => Int, { name: 'productCount', description: 'Number of products.' })
  count!: number;
}

@ObjectType({ description: 'The values of one attribute.' })
export class AttributeFacet {
  @Field(() => String, { description: 'The name of the attribute.' })
  name!: string;

  @Field(() => [FacetValue], { description: 'Its values, most frequent first, up to 20.' })
  values!: FacetValue[];
}

@ObjectType({ description: 'A range of prices and the number of products in it.' })
export class PriceRange {
  @Field(() => SafeInt, { description: 'The lowest price, in the currency’s minor unit.' })
  min!: number;

  @Field(() => SafeInt, { description: 'The highest price, in the currency’s minor unit.' })
  max!: number;

  @Field(() => Int, { name: 'productCount', description: 'Number of products.' })
  count!: number;
}

@ObjectType({ description: 'Prices in one currency. Products priced in other currencies are left out.' })
export class PriceFacet {
  @Field(() => String, { description: 'ISO 4217 code: the filter’s currency, or the shop’s when the filter names none.' })
  currency!: string;

  @Field(() => SafeInt, {
    nullable: true,
    description: 'The lowest price, in the minor unit. Null when no product has a price in this currency.',
  })
  min!: number | null;

  @Field(() => SafeInt, {
    nullable: true,
    description: 'The highest price, in the minor unit. Null when no product has a price in this currency.',
  })
  max!: number | null;

  @Field(() => [PriceRange], { description: 'Up to 5 ranges with about the same number of products each.' })
  ranges!: PriceRange[];
}

@ObjectType({ description: 'The number of products with at least this mean rating.' })
export class RatingFacet {
  @Field(() => Float, { description: 'Stars, for `ProductFilter.minRating`.' })
  minRating!: number;

  @Field(() => Int, { name: 'productCount', description: 'Number of products.' })
  count!: number;
}

@ObjectType({
  description:
    'Filters that narrow the search, with the number of products that match each. Alternatives to a filter that is already set are counted, too.',
})
export class ProductFacets extends From<Facets> {
  @Field(() => [CategoryFacet], { description: 'Categories of the products, most frequent first, up to 20.' })
  categories!: CategoryFacet[];

  @Field(() => [FacetValue], { description: 'Brands, most frequent first, up to 20.' })
  brands!: FacetValue[];

  @Field(() => [AttributeFacet], { description: 'Attributes by name, up to 20.' })
  attributes!: AttributeFacet[];

  @Field(() => PriceFacet, { description: 'The range of prices.' })
  price!: PriceFacet;

  @Field(() => [RatingFacet], { description: 'Minimum ratings: one for each of 4, 3, 2 and 1 stars.' })
  ratings!: RatingFacet[];

  @Field(() => Int, { description: 'Number of products that can be ordered now.' })
  inStockCount!: number;
}

/** A page of a search, with its facets. */
export interface SearchPage extends Connection<ProductDocument> {
  /** Null where they were not asked for. */
  facets: Facets | null;
  totalCount: number;
  totalCountIsCapped: boolean;
}

const ProductEdge = edgeType<Product>(ProductConnection);

@ObjectType({ description: 'A page of the products that a search found.' })
export class ProductSearchConnection extends From<SearchPage> {
  @Field(() => [ProductEdge], { description: 'Edges of the page, in the list’s order.' })
  edges!: Edge<Product>[];

  @Field(() => PageInfo, { description: 'Position of the page, and whether there are more items.' })
  pageInfo!: PageInfo;

  @Field(() => Int, { description: 'Total number of products found.' })
  totalCount!: number;

  @Field(() => Boolean, { description: 'Always false: searches are counted to the end.' })
  totalCountIsCapped!: boolean;
}
