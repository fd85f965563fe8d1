import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { RequestError } from '../errors.js';
import { largestPage } from '../relay/connection.js';
import { Cost } from '../relay/cost.js';
import type { RequestContext } from '../relay/context.js';
import { Node, type NodeFinders } from '../relay/node.js';

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
}
