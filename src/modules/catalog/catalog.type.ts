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
  @Field(() => String, { description: 'Unique, readable part of URLs, in any script.' })
  slug!: string;

  @Field(() => String, { description: 'Display name, up to 200 characters.' })
  name!: string;
}

registerEnumType(ProductAvailability, {
  name: 'ProductAvailability',
  description: 'Whether a product can be ordered.',
  valuesConfig: {
    IN_STOCK: { description: 'Can be ordered.' },
    BACKORDER: { description: 'Out of stock, but can be ordered. Ships once it is back in stock.' },
    OUT_OF_STOCK: { description: 'Out of stock. Can’t be ordered.' },
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
  @Field(() => String, { description: 'Unique, readable part of URLs, in any script.' })
  slug!: string;

  @Field(() => String, { description: 'Display name, up to 200 characters.' })
  title!: string;

  @Field(() => String, { description: 'Description as plain text. May be empty.' })
  description!: string;

  @Field(() => Money, { nullable: true, description: 'Current price. Null if the product has no price.' })
  price!: Money | null;

  @Field(() => [ProductAttribute], { description: 'Attributes of the product, up to 50.' })
  attributes!: ProductAttribute[];

  @Field(() => WebAddress, { nullable: true, description: 'URL of the product’s image. Null if it has none.' })
  imageUrl!: string | null;

  @Field(() => WebAddress, { nullable: true, description: 'URL of the product’s page in the shop. Null if the shop has not set it.' })
  url!: string | null;

  @Field(() => String, { nullable: true, description: 'The merchant’s stock-keeping unit. Null if there is none.' })
  sku!: string | null;

  @Field(() => String, { nullable: true, description: 'Global Trade Item Number: EAN, UPC or ISBN-13. Null if there is none.' })
  gtin!: string | null;

  @Field(() => String, { nullable: true, description: 'Manufacturer part number. Null if there is none.' })
  mpn!: string | null;

  @Field(() => String, { nullable: true, description: 'Brand of the product. Null if it has none.' })
  brand!: string | null;

  @Field(() => Date, { nullable: true, description: 'When the product was taken out of the shop. Null while it is in the shop.' })
  archivedAt!: Date | null;

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
    NEWEST: { description: 'Newest products first.' },
    TOP_RATED: { description: 'Highest composite score first.' },
    PRICE_LOWEST: {
      description: 'Least expensive first, in the filter’s currency or the shop’s. Products without a price in it are left out.',
    },
    PRICE_HIGHEST: {
      description: 'Most expensive first, in the filter’s currency or the shop’s. Products without a price in it are left out.',
    },
  },
});

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

  @Field(() => [ProductAttributeInput], { nullable: true, description: 'Attributes, up to 50. None when left out.' })
  attributes?: ProductAttributeInput[] | null;

  @Field(() => WebAddress, { nullable: true, description: 'URL of the product’s image.' })
  imageUrl?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      'Uploaded images in the order to show them, up to 20: each the `imageId` of an upload with the purpose `PRODUCT`. None when left out.',
  })
  imageIds?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Readable part of the product’s address, in any script; a number is appended if it is taken. Made from the title when left out.',
  })
  slug?: string | null;

  @Field(() => String, { nullable: true, description: 'Stock-keeping unit, up to 100 characters.' })
  sku?: string | null;

  @Field(() => String, { nullable: true, description: 'GTIN (EAN, UPC or ISBN-13) with a valid check digit.' })
  gtin?: string | null;

  @Field(() => String, { nullable: true, description: 'Manufacturer part number, up to 100 characters.' })
  mpn?: string | null;

  @Field(() => String, { nullable: true, description: 'The brand, up to 100 characters.' })
  brand?: string | null;

  @Field(() => String, { nullable: true, description: 'The product’s ID in another system, unique within its source.' })
  externalId?: string | null;

  @Field(() => String, { nullable: true, description: 'The system that `externalId` belongs to, such as shopify. Required with it.' })
  source?: string | null;

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

  @Field(() => ID, { nullable: true, description: 'The category to move the product to.' })
  categoryId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Readable part of the product’s address, in any script; a number is appended if it is taken. Earlier slugs keep working.',
  })
  slug?: string | null;

  @Field(() => String, { nullable: true, description: 'Stock-keeping unit, up to 100 characters. Null removes it.' })
  sku?: string | null;

  @Field(() => String, { nullable: true, description: 'GTIN (EAN, UPC or ISBN-13) with a valid check digit. Null removes it.' })
  gtin?: string | null;

  @Field(() => String, { nullable: true, description: 'Manufacturer part number, up to 100 characters. Null removes it.' })
  mpn?: string | null;

  @Field(() => String, { nullable: true, description: 'The brand, up to 100 characters. Null removes it.' })
  brand?: string | null;

  @Field(() => String, { nullable: true, description: 'The product’s ID in another system, unique within its source. Null removes it.' })
  externalId?: string | null;

  @Field(() => String, { nullable: true, description: 'The system that `externalId` belongs to, such as shopify. Required with it.' })
  source?: string | null;

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

  @Field(() => WebAddress, { nullable: true, description: 'URL of the product’s image. Null removes it.' })
  imageUrl?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      'Uploaded images in the order to show them, up to 20; replaces all. Images that are no longer named are deleted. All stay as they are when left out.',
  })
  imageIds?: string[] | null;
}

export const CreateProductPayload = payloadType('CreateProductPayload', 'Result of creating a product.', {
  product: field(() => Product, 'The created product.'),
});

export const UpdateProductPayload = payloadType('UpdateProductPayload', 'Result of updating a product.', {
  product: field(() => Product, 'The updated product.'),
});

export const ArchiveProductPayload = payloadType('ArchiveProductPayload', 'Result of archiving a product.', {
  product: field(() => Product, 'The product. Only its merchant and administrators can see it now.'),
});

export const UnarchiveProductPayload = payloadType('UnarchiveProductPayload', 'Result of putting a product back into the shop.', {
  product: field(() => Product, 'The product, in the shop again.'),
});

@InputType({ description: 'A product to take out of the shop.' })
export class ArchiveProductInput {
  @Field(() => ID, { description: 'The product to archive.' })
  productId!: string;
}

@InputType({ description: 'An archived product to put back into the shop.' })
export class UnarchiveProductInput {
  @Field(() => ID, { description: 'The product to put back.' })
  productId!: string;
}
