/** The Node interface and the register of what `node(id)` can find. */
import 'reflect-metadata';
import { ID, Field, InterfaceType } from 'type-graphql';
import type { Types } from 'mongoose';
import type { RequestContext } from './context.js';

@InterfaceType('Node', {
  description: 'Anything with an id of its own.',
})
export abstract class Node {
  @Field(() => ID, { description: 'Opaque and stable. Ask for the object again with `node(id)`.' })
  id!: string;
}

type Finder = (id: Types.ObjectId, context: RequestContext) => Promise<object | null>;

const finders = new Map<string, Finder>();

/** Lets `node(id)` find objects of a type; the finder applies the type's own visibility rules. */
export function registerNode(type: string, finder: Finder): void {
  finders.set(type, finder);
}

export async function findNode(type: string, id: Types.ObjectId, context: RequestContext): Promise<object | null> {
  const found = await finders.get(type)?.(id, context);
  return found ? { ...found, __typename: type } : null;
}
