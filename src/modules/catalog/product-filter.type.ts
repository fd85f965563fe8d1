import { Field, Float, ID, InputType } from 'type-graphql';
import { SafeInt } from '../../relay/safe-int.js';

@InputType({ description: 'Values of one attribute. A product matches when it has any of them.' })
export class AttributeFilter {
  @Field(() => String, { description: 'The name of the attribute, such as colour.' })
  name!: string;

  @Field(() => [String], { description: 'The accepted values, up to 50.' })
  values!: string[];
}

@InputType({ description: 'A range of prices in one currency. Products without a price, or priced in another currency, are left out.' })
export class PriceFilter {
  @Field(() => SafeInt, { nullable: true, description: 'The lowest price, in the currency’s minor unit. No lower limit when left out.' })
  min?: number | null;

  @Field(() => SafeInt, { nullable: true, description: 'The highest price, in the currency’s minor unit. No upper limit when left out.' })
  max?: number | null;

  @Field(() => String, { nullable: true, description: 'ISO 4217 code of the currency. The shop’s currency when left out.' })
  currency?: string | null;
}

@InputType({
  description: 'Conditions on products. A product must meet all of them. Conditions that are left out do not restrict the list.',
})
export class ProductFilter {
  @Field(() => ID, { nullable: true, description: 'Products in this category or any category below it.' })
  categoryId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Products of this merchant.' })
  merchantId?: string | null;

  @Field(() => [String], { nullable: true, description: 'Products of any of these brands, up to 50.' })
  brands?: string[] | null;

  @Field(() => [AttributeFilter], { nullable: true, description: 'Products that have all of these attributes, up to 20.' })
  attributes?: AttributeFilter[] | null;

  @Field(() => PriceFilter, { nullable: true, description: 'Products in this range of prices.' })
  price?: PriceFilter | null;

  @Field(() => Float, { nullable: true, description: 'Products with a mean rating of at least this many stars, 1 to 5.' })
  minRating?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'When true, only products that can be ordered now.' })
  inStock?: boolean | null;
}
