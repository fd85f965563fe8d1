import { Field, ID, InputType, Int } from 'type-graphql';
import { From, ObjectType } from '../../relay/output.js';
import type { Facets, SearchResult } from './catalog-search.js';

@InputType({ description: 'Values of an attribute, any of which will do.' })
export class AttributeFacetInput {
  @Field(() => String, { description: 'Which attribute.' })
  name!: string;

  @Field(() => [String], { description: 'The values, at most 50.' })
  values!: string[];
}

@InputType({ description: 'What a product must have besides the words; what is left out does not matter.' })
export class ProductFacetsInput {
  @Field(() => ID, { nullable: true, description: 'In this category, or somewhere below it.' })
  categoryId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Of this merchant.' })
  merchantId?: string | null;

  @Field(() => Int, { nullable: true, description: 'A price of at least this much, in the smallest unit. Leaves out what has no price.' })
  priceAtLeast?: number | null;

  @Field(() => Int, { nullable: true, description: 'A price of at most this much, in the smallest unit. Leaves out what has no price.' })
  priceAtMost?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'Only what can be ordered now.' })
  inStock?: boolean | null;

  @Field(() => [AttributeFacetInput], { nullable: true, description: 'These attributes, all of them; at most 20.' })
  attributes?: AttributeFacetInput[] | null;
}

@ObjectType({ description: 'How many products are right in a category.' })
export class CategoryFacet extends From<Facets['categories'][number]> {
  @Field(() => Int, { description: 'How many.' })
  count!: number;
}

@ObjectType({ description: 'How many products have a value.' })
export class FacetValue {
  @Field(() => String, { description: 'The value.' })
  value!: string;

  @Field(() => Int, { description: 'How many.' })
  count!: number;
}

@ObjectType({ description: 'The values of an attribute.' })
export class AttributeFacet {
  @Field(() => String, { description: 'Which attribute.' })
  name!: string;

  @Field(() => [FacetValue], { description: 'Its values, the most frequent first, at most 20.' })
  values!: FacetValue[];
}

@ObjectType({ description: 'How many products cost about as much.' })
export class PriceRange {
  @Field(() => Int, { description: 'The lowest price, in the smallest unit.' })
  atLeast!: number;

  @Field(() => Int, { description: 'The highest price, in the smallest unit.' })
  atMost!: number;

  @Field(() => Int, { description: 'How many.' })
  count!: number;
}

@ObjectType({
  description:
    'What could be chosen, with how many products each choice would leave. Other values of a choice already made are counted too.',
})
export class ProductFacets extends From<Facets> {
  @Field(() => [CategoryFacet], { description: 'The categories, the most frequent first, at most 20.' })
  categories!: CategoryFacet[];

  @Field(() => [AttributeFacet], { description: 'The attributes, by name, at most 20.' })
  attributes!: AttributeFacet[];

  @Field(() => [PriceRange], { description: 'Up to five ranges with about as many products each.' })
  prices!: PriceRange[];

  @Field(() => Int, { description: 'How many can be ordered now.' })
  inStock!: number;
}

@ObjectType({ description: 'What a search found.' })
export class ProductSearch extends From<SearchResult> {
  @Field(() => ProductFacets, { description: 'What could be chosen to find less.' })
  facets!: ProductFacets;
}
