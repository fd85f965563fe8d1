import { Field, ID, InputType, Int } from 'type-graphql';
import { WebAddress } from '../../input/web-address.js';
import { MoneyInput } from '../../relay/money.js';
import { field, payloadType } from '../../relay/output.js';
import { UpsertItem, upsertResultType } from '../../relay/upsert.js';
import { Category, Product, ProductAttributeInput } from './catalog.type.js';

@InputType({ description: 'A product by its ID in another system. Fields that are left out stay as they are; null removes a value.' })
export class ProductUpsertInput extends UpsertItem {
  @Field(() => String, { nullable: true, description: 'Title, up to 200 characters. Required for a new product.' })
  title?: string | null;

  @Field(() => String, { nullable: true, description: 'Description as plain text, up to 10,000 characters.' })
  description?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'ID of the category in `source`. A new product without it is in the category “Uncategorised”.',
  })
  categoryExternalId?: string | null;

  @Field(() => MoneyInput, { nullable: true, description: 'Price of one item. Without a price, the product is shown but not for sale.' })
  price?: MoneyInput | null;

  @Field(() => Int, { nullable: true, description: 'Number of items in stock. Null if stock is not tracked.' })
  stock?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the product can be ordered while out of stock.' })
  backorder?: boolean | null;

  @Field(() => [ProductAttributeInput], { nullable: true, description: 'Attributes, up to 50. Replaces all existing ones.' })
  attributes?: ProductAttributeInput[] | null;

  @Field(() => WebAddress, { nullable: true, description: 'URL of the product’s image.' })
  imageUrl?: string | null;

  @Field(() => String, { nullable: true, description: 'Stock-keeping unit, up to 100 characters.' })
  sku?: string | null;

  @Field(() => String, { nullable: true, description: 'GTIN (EAN, UPC or ISBN-13) with a valid check digit.' })
  gtin?: string | null;

  @Field(() => String, { nullable: true, description: 'Manufacturer part number, up to 100 characters.' })
  mpn?: string | null;

  @Field(() => String, { nullable: true, description: 'The brand, up to 100 characters.' })
  brand?: string | null;

  @Field(() => WebAddress, { nullable: true, description: 'URL of the product’s page in the shop.' })
  url?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the product is out of the shop. False puts an archived product back.' })
  archived?: boolean | null;
}

@InputType({ description: 'Products to create or update.' })
export class UpsertProductsInput {
  @Field(() => String, { description: 'The system that the external IDs belong to, such as shopify, up to 100 characters.' })
  source!: string;

  @Field(() => [ProductUpsertInput], { description: 'The products, up to 500, each once.' })
  products!: ProductUpsertInput[];

  @Field(() => ID, {
    nullable: true,
    description: 'The merchant of new products. The viewer when left out. Requires the role `ADMIN`.',
  })
  merchantId?: string | null;
}

export const ProductUpsertResult = upsertResultType('ProductUpsertResult', 'product', () => Product);

export const UpsertProductsPayload = payloadType('UpsertProductsPayload', 'Result of creating and updating products.', {
  results: field(
    () => [ProductUpsertResult],
    'A result for each product, up to 500, in the same order. Null if the request as a whole broke a rule.',
  ),
});

@InputType({ description: 'A category by its ID in another system. Fields that are left out stay as they are.' })
export class CategoryUpsertInput extends UpsertItem {
  @Field(() => String, { nullable: true, description: 'Name, up to 100 characters. Required for a new category.' })
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'ID of the category above it in `source`, which may be in the same list. Null moves it to the top of the tree.',
  })
  parentExternalId?: string | null;
}

@InputType({ description: 'Categories to create or update.' })
export class UpsertCategoriesInput {
  @Field(() => String, { description: 'The system that the external IDs belong to, such as shopify, up to 100 characters.' })
  source!: string;

  @Field(() => [CategoryUpsertInput], { description: 'The categories, up to 500, each once, in any order.' })
  categories!: CategoryUpsertInput[];
}

export const CategoryUpsertResult = upsertResultType('CategoryUpsertResult', 'category', () => Category);

export const UpsertCategoriesPayload = payloadType('UpsertCategoriesPayload', 'Result of creating and updating categories.', {
  results: field(
    () => [CategoryUpsertResult],
    'A result for each category, up to 500, in the same order. Null if the request as a whole broke a rule.',
  ),
});
