import { Field, ID, InputType } from 'type-graphql';
import { field, payloadType } from '../../relay/output.js';
import { Category } from './catalog.type.js';

@InputType({ description: 'A new category.' })
export class CreateCategoryInput {
  @Field(() => String, { description: 'The name, at most 100 characters. Unique among the categories beside it.' })
  name!: string;

  @Field(() => ID, { nullable: true, description: 'The category above it. At the top of the tree when left out.' })
  parentId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Readable part of the address, in any script; it gets a number behind it when taken. Made from the name when left out.',
  })
  slug?: string | null;

  @Field(() => String, { nullable: true, description: 'The category’s ID in another system, unique within its source.' })
  externalId?: string | null;

  @Field(() => String, { nullable: true, description: 'The system that `externalId` belongs to. Required with it.' })
  source?: string | null;
}

@InputType({ description: 'Changes of a category. What is left out stays as it is.' })
export class UpdateCategoryInput {
  @Field(() => ID, { description: 'The category to change.' })
  categoryId!: string;

  @Field(() => String, { nullable: true, description: 'The new name, at most 100 characters.' })
  name?: string | null;

  @Field(() => ID, { nullable: true, description: 'The category to move it below, with everything below it. Null moves it to the top.' })
  parentId?: string | null;

  @Field(() => String, { nullable: true, description: 'The new slug. The earlier slugs keep leading to the category.' })
  slug?: string | null;

  @Field(() => String, { nullable: true, description: 'The category’s ID in another system, unique within its source. Null removes it.' })
  externalId?: string | null;

  @Field(() => String, { nullable: true, description: 'The system that `externalId` belongs to. Required with it.' })
  source?: string | null;
}

@InputType({ description: 'A category to delete.' })
export class DeleteCategoryInput {
  @Field(() => ID, { description: 'The category to delete. It must have no products, archived ones included, and no categories below it.' })
  categoryId!: string;
}

export const CreateCategoryPayload = payloadType('CreateCategoryPayload', 'The new category.', {
  category: field(() => Category, 'The category, as stored.'),
});

export const UpdateCategoryPayload = payloadType('UpdateCategoryPayload', 'The changed category.', {
  category: field(() => Category, 'The category, as changed.'),
});

export const DeleteCategoryPayload = payloadType('DeleteCategoryPayload', 'The deleted category.', {
  deletedCategoryId: field(() => ID, 'ID of the deleted category.'),
  parent: field(() => Category, 'The category that was above it. Null at the top of the tree.'),
});
