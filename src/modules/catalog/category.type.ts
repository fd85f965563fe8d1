import { Field, ID, InputType } from 'type-graphql';
import { field, payloadType } from '../../relay/output.js';
import { Category } from './catalog.type.js';

@InputType({ description: 'A new category.' })
export class CreateCategoryInput {
  @Field(() => String, { description: 'The name, up to 100 characters. Unique among the categories beside it.' })
  name!: string;

  @Field(() => ID, { nullable: true, description: 'The category to create it below. At the top of the tree when left out.' })
  parentId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Readable part of the address, in any script; a number is appended if it is taken. Made from the name when left out.',
  })
  slug?: string | null;

  @Field(() => String, { nullable: true, description: 'The category’s ID in another system, unique within its source.' })
  externalId?: string | null;

  @Field(() => String, { nullable: true, description: 'The system that `externalId` belongs to. Required with it.' })
  source?: string | null;
}

@InputType({ description: 'Changes to a category. Fields that are left out stay as they are.' })
export class UpdateCategoryInput {
  @Field(() => ID, { description: 'The category to change.' })
  categoryId!: string;

  @Field(() => String, { nullable: true, description: 'The new name, up to 100 characters.' })
  name?: string | null;

  @Field(() => ID, { nullable: true, description: 'The category to move it below, with everything below it. Null moves it to the top.' })
  parentId?: string | null;

  @Field(() => String, { nullable: true, description: 'The new slug, in any script. Earlier slugs keep working.' })
  slug?: string | null;

  @Field(() => String, { nullable: true, description: 'The category’s ID in another system, unique within its source. Null removes it.' })
  externalId?: string | null;

  @Field(() => String, { nullable: true, description: 'The system that `externalId` belongs to. Required with it.' })
  source?: string | null;
}

@InputType({ description: 'A category to delete.' })
export class DeleteCategoryInput {
  @Field(() => ID, { description: 'The category to delete. It must have no products, archived or not, and no categories below it.' })
  categoryId!: string;
}

export const CreateCategoryPayload = payloadType('CreateCategoryPayload', 'Result of creating a category.', {
  category: field(() => Category, 'The created category.'),
});

export const UpdateCategoryPayload = payloadType('UpdateCategoryPayload', 'Result of updating a category.', {
  category: field(() => Category, 'The updated category.'),
});

export const DeleteCategoryPayload = payloadType('DeleteCategoryPayload', 'Result of deleting a category.', {
  deletedCategoryId: field(() => ID, 'ID of the deleted category.'),
  parent: field(() => Category, 'The category that was above it. Null at the top of the tree.'),
});
