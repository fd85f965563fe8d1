import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { WebAddress } from '../../input/web-address.js';
import { connectionType } from '../../relay/connection.js';
import { Money, MoneyInput } from '../../relay/money.js';
import { Node } from '../../relay/node.js';
import { field, ObjectType, payloadType } from '../../relay/output.js';
import { ProductAvailability } from './availability.js';
import type { CategoryDocument, ProductDocument } from './catalog.model.js';

@ObjectType({ implements: Node, description: 'A group of products. Categories form a tree.' })
export class Category extends Node<CategoryDocument> {
  @Field(() => String, { description: 'Unique, readable name for URLs.' })
  slug!: string;

  @Field(() => String, { description: 'Display name.' })
  name!: string;
}

registerEnumType(ProductAvailability, {
  name: 'ProductAvailability',
  description: 'Whether a product can be ordered.',
  valuesConfig: {
    IN_STOCK: { description: 'Can be ordered.' },
    BACKORDER: { description: 'Out of stock, but can be ordered. Ships once it is back in stock.' },
    OUT_OF_STOCK: { description: 'Out of stock. Cannot be ordered.' },
    UNLISTED: { description: 'Shown without a price and not for sale.' },
  },
});

@ObjectType({ description: 'A product attribute, such as colour: red.' })
export class ProductAttribute {
  @Field(() => String, { description: 'Name of the attribute.' })
  name!: string;

  @Field(() => String, { description: 'Value of the attribute.' })
  value!: string;
}

@ObjectType({ implements: Node, description: 'A product in the shop.' })
export class Product extends Node<ProductDocument> {
  @Field(() => String, { description: 'Unique, readable name for URLs.' })
  slug!: string;

  @Field(() => String, { description: 'Display name.' })
  title!: string;

  @Field(() => String, { description: 'Description as plain text. May be empty.' })
  description!: string;

  @Field(() => Money, { nullable: true, description: 'Current price. Null if the product has no price.' })
  price!: Money | null;

  @Field(() => [ProductAttribute], { description: 'Attributes of the product.' })
  attributes!: ProductAttribute[];

  @Field(() => WebAddress, { nullable: true, description: 'URL of the product’s picture.' })
  imageUrl!: string | null;

  @Field(() => Date, { description: 'When the product was added to the shop.' })
  createdAt!: Date;
}

export const ProductConnection = connectionType(Product, 'Product');
export const CategoryConnection = connectionType(Category, 'Category');

export enum ProductSort {
  NEWEST = 'NEWEST',
  TOP_RATED = 'TOP_RATED',
  PRICE_LOWEST = 'PRICE_LOWEST',
  PRICE_HIGHEST = 'PRICE_HIGHEST',
}

registerEnumType(ProductSort, {
  name: 'ProductSort',
  description: 'Order of a product list.',
  valuesConfig: {
    NEWEST: { description: 'Newest first.' },
    TOP_RATED: { description: 'Highest composite score first.' },
    PRICE_LOWEST: { description: 'Cheapest first. Excludes products without a price.' },
    PRICE_HIGHEST: { description: 'Most expensive first. Excludes products without a price.' },
  },
});

@InputType({ description: 'Conditions a product must meet, all of them.' })
export class ProductFilter {
  @Field(() => ID, { nullable: true, description: 'Only products of this category.' })
  categoryId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only products of this merchant.' })
  merchantId?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Minimum price, in the currency’s smallest unit. Excludes products without a price.',
  })
  priceAtLeast?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Maximum price, in the currency’s smallest unit. Excludes products without a price.',
  })
  priceAtMost?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'Only products that can be ordered now.' })
  inStock?: boolean | null;
}

@InputType({ description: 'An attribute of a product.' })
export class ProductAttributeInput {
  @Field(() => String, { description: 'Name of the attribute, up to 50 characters.' })
  name!: string;

  @Field(() => String, { description: 'Value of the attribute, up to 200 characters.' })
  value!: string;
}

@InputType({ description: 'A product to add.' })
export class CreateProductInput {
  @Field(() => String, { description: 'Title, up to 200 characters.' })
  title!: string;

  @Field(() => String, { nullable: true, defaultValue: '', description: 'Description as plain text, up to 10,000 characters.' })
  description!: string;

  @Field(() => ID, { description: 'ID of the category it belongs to.' })
  categoryId!: string;

  @Field(() => MoneyInput, { nullable: true, description: 'Price of one item. Without a price, the product is shown but not for sale.' })
  price?: MoneyInput | null;

  @Field(() => Int, { nullable: true, description: 'Number of items in stock. Leave out if stock is not tracked.' })
  stock?: number | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether the product can be ordered while out of stock.' })
  backorder!: boolean;

  @Field(() => [ProductAttributeInput], { nullable: true, description: 'Attributes, up to 50.' })
  attributes?: ProductAttributeInput[] | null;

  @Field(() => WebAddress, { nullable: true, description: 'URL of the product’s picture.' })
  imageUrl?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      'Uploaded images in the order to show them, at most 20: each the `imageId` of an upload with the purpose `PRODUCT`. None when left out.',
  })
  imageIds?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'Key that makes retries safe: a request that is repeated with the same key creates no second product.',
  })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Changes to a product. Fields that are left out stay as they are.' })
export class UpdateProductInput {
  @Field(() => ID, { description: 'The product to update.' })
  productId!: string;

  @Field(() => String, { nullable: true, description: 'Title, up to 200 characters.' })
  title?: string | null;

  @Field(() => String, { nullable: true, description: 'Description as plain text, up to 10,000 characters.' })
  description?: string | null;

  @Field(() => MoneyInput, {
    nullable: true,
    description: 'Price of one item. Null takes the product off sale. Existing orders keep their price.',
  })
  price?: MoneyInput | null;

  @Field(() => Int, { nullable: true, description: 'Number of items in stock. Null stops tracking stock.' })
  stock?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the product can be ordered while out of stock.' })
  backorder?: boolean | null;

  @Field(() => [ProductAttributeInput], { nullable: true, description: 'Attributes, up to 50. Replaces all existing ones.' })
  attributes?: ProductAttributeInput[] | null;

  @Field(() => WebAddress, { nullable: true, description: 'URL of the product’s picture. Null removes it.' })
  imageUrl?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      'Uploaded images in the order to show them, at most 20; replaces all. Images that are no longer named are deleted. They stay when left out.',
  })
  imageIds?: string[] | null;
}

@InputType({ description: 'A category to create.' })
export class CreateCategoryInput {
  @Field(() => String, { description: 'Name, up to 100 characters.' })
  name!: string;

  @Field(() => ID, { nullable: true, description: 'The parent category. Left out, the category is at the top level.' })
  parentId?: string | null;
}

export const CreateProductPayload = payloadType('CreateProductPayload', 'Result of adding a product.', {
  product: field(() => Product, 'The added product.'),
});

export const UpdateProductPayload = payloadType('UpdateProductPayload', 'Result of updating a product.', {
  product: field(() => Product, 'The updated product.'),
});

export const CreateCategoryPayload = payloadType('CreateCategoryPayload', 'Result of creating a category.', {
  category: field(() => Category, 'The created category.'),
});
