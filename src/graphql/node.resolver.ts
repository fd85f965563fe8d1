import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { RequestError } from '../errors.js';
import { largestPage } from '../relay/connection.js';
import { Cost } from '../relay/cost.js';
import type { RequestContext } from '../relay/context.js';
import { parseGlobalId } from '../relay/global-id.js';
import { Node, type NodeFinders } from '../relay/node.js';

@Resolver(() => Node)
export class NodeResolver {
  constructor(private readonly finders: NodeFinders) {}

  @Query(() => Node, { nullable: true, description: 'Any object by its id; null where there is none, or where it is not for the viewer.' })
  node(@Arg('id', () => ID, { description: 'Its id.' }) id: string, @Ctx() context: RequestContext): Promise<object | null> {
    const parsed = parseGlobalId(id, 'id');
    return this.finders.find(parsed.type, parsed.id, context);
  }

  @Cost({ slicingArguments: ['ids'] })
  @Query(() => [Node], { nullable: 'items', description: 'Objects by their ids, in the same order; null for each that is not there.' })
  nodes(
    @Arg('ids', () => [ID], { description: 'Their ids, at most 100.' }) ids: string[],
    @Ctx() context: RequestContext,
  ): Promise<(object | null)[]> {
    if (ids.length > largestPage) throw new RequestError('BAD_USER_INPUT', `Ask for at most ${largestPage} at once.`, 'ids');
    return Promise.all(ids.map((id) => this.node(id, context)));
  }
}
