import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { WebAddress } from '../../input/web-address.js';
import { connectionType } from '../../relay/connection.js';
import { Money, MoneyInput } from '../../relay/money.js';
import { Node } from '../../relay/node.js';
import { field, ObjectType, payloadType } from '../../relay/output.js';
import { ProductAvailability } from './availability.js';
import type { CategoryDocument, ProductDocument } from './catalog.model.js';

@ObjectType({ implements: Node, description: 'A group of products; categories form a tree.' })
export class Category extends Node<CategoryDocument> {
  @Field(() => String, { description: 'Unique and readable, for URLs.' })
  slug!: string;

  @Field(() => String, { description: 'The name to show.' })
  name!: string;
}

registerEnumType(ProductAvailability, {
  name: 'ProductAvailability',
  description: 'Whether a product can be ordered.',
  valuesConfig: {
    IN_STOCK: { description: 'It can be ordered.' },
    BACKORDER: { description: 'It can be ordered, and is sent once there is some again.' },
    OUT_OF_STOCK: { description: 'All are sold.' },
    UNLISTED: { description: 'It is shown and has no price: it is not for sale.' },
  },
});

@ObjectType({ description: 'A property of a product, such as colour: red.' })
export class ProductAttribute {
  @Field(() => String, { description: 'Which property.' })
  name!: string;

  @Field(() => String, { description: 'What it is for this product.' })
  value!: string;
}

@ObjectType({ implements: Node, description: 'Something the shop sells.' })
export class Product extends Node<ProductDocument> {
  @Field(() => String, { description: 'Unique and readable, for URLs.' })
  slug!: string;

  @Field(() => String, { description: 'The name to show.' })
  title!: string;

  @Field(() => String, { description: 'Plain text; may be empty.' })
  description!: string;

  @Field(() => Money, { nullable: true, description: 'What one costs now; null where no price is known.' })
  price!: Money | null;

  @Field(() => [ProductAttribute], { description: 'Its properties.' })
  attributes!: ProductAttribute[];

  @Field(() => WebAddress, { nullable: true, description: 'Its picture.' })
  imageUrl!: string | null;

  @Field(() => Date, { description: 'When it came into the shop.' })
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
  description: 'The order of products.',
  valuesConfig: {
    NEWEST: { description: 'The latest first.' },
    TOP_RATED: { description: 'The highest composite score first.' },
    PRICE_LOWEST: { description: 'The cheapest first; what has no price is left out.' },
    PRICE_HIGHEST: { description: 'The dearest first; what has no price is left out.' },
  },
});

@InputType({ description: 'Which products; every given condition must hold.' })
export class ProductFilter {
  @Field(() => ID, { nullable: true, description: 'Only of this category.' })
  categoryId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only of this merchant.' })
  merchantId?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Costing at least this, in the smallest unit of the currency. Leaves out what has no price.',
  })
  priceAtLeast?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Costing at most this, in the smallest unit of the currency. Leaves out what has no price.',
  })
  priceAtMost?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'Only what can be ordered now.' })
  inStock?: boolean | null;
}

@InputType({ description: 'A property of a product.' })
export class ProductAttributeInput {
  @Field(() => String, { description: 'Which property, at most 50 characters.' })
  name!: string;

  @Field(() => String, { description: 'What it is, at most 200 characters.' })
  value!: string;
}

@InputType({ description: 'A new product.' })
export class CreateProductInput {
  @Field(() => String, { description: 'At most 200 characters.' })
  title!: string;

  @Field(() => String, { nullable: true, defaultValue: '', description: 'Plain text, at most 10,000 characters.' })
  description!: string;

  @Field(() => ID, { description: 'Its category.' })
  categoryId!: string;

  @Field(() => MoneyInput, { nullable: true, description: 'What one costs. Without a price, it is shown and not sold.' })
  price?: MoneyInput | null;

  @Field(() => Int, { nullable: true, description: 'How many there are; leave out where stock is not tracked.' })
  stock?: number | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether it can be ordered when none is left.' })
  backorder!: boolean;

  @Field(() => [ProductAttributeInput], { nullable: true, description: 'At most 50.' })
  attributes?: ProductAttributeInput[] | null;

  @Field(() => WebAddress, { nullable: true, description: 'Its picture.' })
  imageUrl?: string | null;

  @Field(() => String, { nullable: true, description: 'Repeating a request with the same key makes no second product.' })
  idempotencyKey?: string | null;
}

@InputType({ description: 'What to change of a product; what is left out stays.' })
export class UpdateProductInput {
  @Field(() => ID, { description: 'The product.' })
  productId!: string;

  @Field(() => String, { nullable: true, description: 'At most 200 characters.' })
  title?: string | null;

  @Field(() => String, { nullable: true, description: 'Plain text, at most 10,000 characters.' })
  description?: string | null;

  @Field(() => MoneyInput, {
    nullable: true,
    description: 'What one costs; null takes it off sale. Orders that were placed keep their price.',
  })
  price?: MoneyInput | null;

  @Field(() => Int, { nullable: true, description: 'How many there are now; null stops tracking.' })
  stock?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it can be ordered when none is left.' })
  backorder?: boolean | null;

  @Field(() => [ProductAttributeInput], { nullable: true, description: 'Replaces all; at most 50.' })
  attributes?: ProductAttributeInput[] | null;

  @Field(() => WebAddress, { nullable: true, description: 'Its picture; null takes it away.' })
  imageUrl?: string | null;
}

@InputType({ description: 'A new category.' })
export class CreateCategoryInput {
  @Field(() => String, { description: 'At most 100 characters.' })
  name!: string;

  @Field(() => ID, { nullable: true, description: 'The category it belongs under; left out, it stands at the top.' })
  parentId?: string | null;
}

export const CreateProductPayload = payloadType('CreateProductPayload', 'The new product.', {
  product: field(() => Product, 'The product, as stored.'),
});

export const UpdateProductPayload = payloadType('UpdateProductPayload', 'The changed product.', {
  product: field(() => Product, 'The product, as changed.'),
});

export const CreateCategoryPayload = payloadType('CreateCategoryPayload', 'The new category.', {
  category: field(() => Category, 'The category, as stored.'),
});
