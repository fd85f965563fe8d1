import { Arg, Ctx, ID, Query, registerEnumType, Resolver } from 'type-graphql';
import { RequestError } from '../errors.js';
import { largestPage } from '../relay/connection.js';
import { Cost } from '../relay/cost.js';
import type { RequestContext } from '../relay/context.js';
import { Node, type NodeFinders } from '../relay/node.js';

enum ExternalType {
  PRODUCT = 'PRODUCT',
  CATEGORY = 'CATEGORY',
  USER = 'USER',
  ORDER = 'ORDER',
}

registerEnumType(ExternalType, {
  name: 'ExternalType',
  description: 'Type of an object that can have an ID in another system.',
  valuesConfig: {
    PRODUCT: { description: 'A `Product` of the shop.' },
    CATEGORY: { description: 'A `Category` of products.' },
    USER: { description: 'A `User`. Only administrators and the user see it by its external ID.' },
    ORDER: { description: 'An `Order`. Only its buyer, its merchant and administrators see it.' },
  },
});

const typeNames = { PRODUCT: 'Product', CATEGORY: 'Category', USER: 'User', ORDER: 'Order' } as const;

@Resolver(() => Node)
export class NodeResolver {
  constructor(private readonly finders: NodeFinders) {}

  @Query(() => Node, { nullable: true, description: 'An object by its ID. Null if it does not exist or the viewer may not see it.' })
  node(@Arg('id', () => ID, { description: 'The object’s ID.' }) id: string, @Ctx() context: RequestContext): Promise<object | null> {
    return this.finders.findById(id, 'id', context);
  }

  @Cost({ slicingArguments: ['ids'] })
  @Query(() => [Node], {
    nullable: 'items',
    description:
      'Objects by their IDs, one for each ID, in the same order. Null for each that does not exist or that the viewer may not see.',
  })
  nodes(
    @Arg('ids', () => [ID], { description: 'The objects’ IDs, up to 100.' }) ids: string[],
    @Ctx() context: RequestContext,
  ): Promise<(object | null)[]> {
    if (ids.length > largestPage) throw new RequestError('BAD_USER_INPUT', `Ask for at most ${largestPage} at once.`, 'ids');
    return Promise.all(ids.map((id) => this.node(id, context)));
  }

  @Cost({ slicingArguments: ['externalIds'] })
  @Query(() => [Node], {
    nullable: 'items',
    description:
      'Objects by their IDs in another system, one for each ID, in the same order. Null for each that does not exist or that the viewer may not see.',
  })
  nodesByExternalId(
    @Arg('type', () => ExternalType, { description: 'What the objects are.' }) type: ExternalType,
    @Arg('source', () => String, { description: 'The system that the IDs belong to, such as shopify.' }) source: string,
    @Arg('externalIds', () => [String], { description: 'The objects’ IDs in that system, up to 100.' }) externalIds: string[],
    @Ctx() context: RequestContext,
  ): Promise<(object | null)[]> {
    if (externalIds.length > largestPage)
      throw new RequestError('BAD_USER_INPUT', `Ask for at most ${largestPage} at once.`, 'externalIds');
    return Promise.all(externalIds.map((externalId) => this.finders.findByExternalKey(typeNames[type], { source, externalId }, context)));
  }
}
