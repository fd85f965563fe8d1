import { Field, ID, InputType, Int } from 'type-graphql';
import { From, ObjectType } from '../../relay/output.js';
import type { Facets, SearchResult } from './catalog-search.js';

@InputType({ description: 'Accepted values of an attribute. A product matches if it has any of them.' })
export class AttributeFacetInput {
  @Field(() => String, { description: 'Name of the attribute.' })
  name!: string;

  @Field(() => [String], { description: 'The accepted values, up to 50.' })
  values!: string[];
}

@InputType({
  description: 'Conditions a product must meet besides matching the query. Fields that are left out do not restrict the result.',
})
export class ProductFacetsInput {
  @Field(() => ID, { nullable: true, description: 'Only products in this category or its descendants.' })
  categoryId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only products of this merchant.' })
  merchantId?: string | null;

  @Field(() => Int, { nullable: true, description: 'Minimum price, in the currency’s smallest unit. Excludes products without a price.' })
  priceAtLeast?: number | null;

  @Field(() => Int, { nullable: true, description: 'Maximum price, in the currency’s smallest unit. Excludes products without a price.' })
  priceAtMost?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'Only products that can be ordered now.' })
  inStock?: boolean | null;

  @Field(() => [AttributeFacetInput], { nullable: true, description: 'Attributes the product must have, all of them. Up to 20.' })
  attributes?: AttributeFacetInput[] | null;
}

@ObjectType({ description: 'Number of matching products directly in a category.' })
export class CategoryFacet extends From<Facets['categories'][number]> {
  @Field(() => Int, { description: 'Number of matching products.' })
  count!: number;
}

@ObjectType({ description: 'Number of matching products with an attribute value.' })
export class FacetValue {
  @Field(() => String, { description: 'The attribute value.' })
  value!: string;

  @Field(() => Int, { description: 'Number of matching products.' })
  count!: number;
}

@ObjectType({ description: 'Values of an attribute, with counts.' })
export class AttributeFacet {
  @Field(() => String, { description: 'Name of the attribute.' })
  name!: string;

  @Field(() => [FacetValue], { description: 'The attribute’s values, most frequent first, up to 20.' })
  values!: FacetValue[];
}

@ObjectType({ description: 'Number of matching products in a price range.' })
export class PriceRange {
  @Field(() => Int, { description: 'Lowest price of the range, in the currency’s smallest unit.' })
  atLeast!: number;

  @Field(() => Int, { description: 'Highest price of the range, in the currency’s smallest unit.' })
  atMost!: number;

  @Field(() => Int, { description: 'Number of matching products.' })
  count!: number;
}

@ObjectType({
  description:
    'Facets of a search: the values to refine it by, with the number of products each would leave. Values of a facet that is already selected are counted as if that facet were not.',
})
export class ProductFacets extends From<Facets> {
  @Field(() => [CategoryFacet], { description: 'Categories, most frequent first, up to 20.' })
  categories!: CategoryFacet[];

  @Field(() => [AttributeFacet], { description: 'Attributes by name, up to 20.' })
  attributes!: AttributeFacet[];

  @Field(() => [PriceRange], { description: 'Up to five price ranges that each hold about the same number of products.' })
  prices!: PriceRange[];

  @Field(() => Int, { description: 'Number of matching products that can be ordered now.' })
  inStock!: number;
}

@ObjectType({ description: 'Result of a product search.' })
export class ProductSearch extends From<SearchResult> {
  @Field(() => ProductFacets, { description: 'Facets to refine the search by.' })
  facets!: ProductFacets;
}
