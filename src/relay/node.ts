/** The Node interface, and what `node(id)` can find. */
import 'reflect-metadata';
import { ID, Field, InterfaceType } from 'type-graphql';
import type { Types } from 'mongoose';
import type { RequestContext } from './context.js';
import type { ExternalKey } from './find-one.js';
import { idOf, parseGlobalId, parseNodeId } from './global-id.js';
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

/** The same for types whose keys are not ids of the store. */
export type KeyedNodeFinder = (key: string, context: RequestContext) => Promise<object | null>;

/** Finds an object of a type by what another system calls it, by the type's own rules of who may see it. */
export type ExternalNodeFinder = (key: ExternalKey, context: RequestContext) => Promise<object | null>;

/** The types that `node(id)` can find. */
export class NodeFinders {
  private readonly finders = new Map<string, NodeFinder>();
  private readonly keyed = new Map<string, KeyedNodeFinder>();
  private readonly external = new Map<string, ExternalNodeFinder>();

  add(finders: Readonly<Record<string, NodeFinder>>): void {
    for (const [type, finder] of Object.entries(finders)) this.finders.set(type, finder);
  }

  addKeyed(finders: Readonly<Record<string, KeyedNodeFinder>>): void {
    for (const [type, finder] of Object.entries(finders)) this.keyed.set(type, finder);
  }

  addExternal(finders: Readonly<Record<string, ExternalNodeFinder>>): void {
    for (const [type, finder] of Object.entries(finders)) this.external.set(type, finder);
  }

  async findByExternalKey(type: string, key: ExternalKey, context: RequestContext): Promise<object | null> {
    const found = await this.external.get(type)?.(key, context);
    return found ? { ...found, __typename: type } : null;
  }

  /** @throws RequestError BAD_USER_INPUT naming the argument, for anything that is no id of ours */
  async findById(id: string, argument: string, context: RequestContext): Promise<object | null> {
    const { type, key } = parseNodeId(id, argument);
    const finder = this.keyed.get(type);
    if (!finder) return this.find(type, parseGlobalId(id, argument).id, context);
    const found = await finder(key, context);
    return found ? { ...found, __typename: type } : null;
  }

  /** The same for an object that must be of one type. */
  async findTypedById(type: string, id: string, argument: string, context: RequestContext): Promise<object | null> {
    return this.find(type, idOf(type, id, argument), context);
  }

  async find(type: string, id: Types.ObjectId, context: RequestContext): Promise<object | null> {
    const found = await this.finders.get(type)?.(id, context);
    return found ? { ...found, __typename: type } : null;
  }
}
