/** The Node interface, and what `node(id)` can find. */
import 'reflect-metadata';
import { ID, Field, InterfaceType } from 'type-graphql';
import type { Types } from 'mongoose';
import type { RequestContext } from './context.js';
import { From } from './output.js';

/** An output type with an id. @typeParam Source what resolvers answer for it */
@InterfaceType('Node', {
  description: 'An object with a globally unique ID.',
})
export abstract class Node<Source = unknown> extends From<Source> {
  @Field(() => ID, { description: 'Globally unique ID. Use it with `node(id)` to refetch the object.' })
  id!: string;
}

/** Finds an object of a type, by the type's own rules of who may see it. */
export type NodeFinder = (id: Types.ObjectId, context: RequestContext) => Promise<object | null>;

/** The types that `node(id)` can find. */
export class NodeFinders {
  private readonly finders = new Map<string, NodeFinder>();

  add(finders: Readonly<Record<string, NodeFinder>>): void {
    for (const [type, finder] of Object.entries(finders)) this.finders.set(type, finder);
  }

  async find(type: string, id: Types.ObjectId, context: RequestContext): Promise<object | null> {
    const found = await this.finders.get(type)?.(id, context);
    return found ? { ...found, __typename: type } : null;
  }
}
