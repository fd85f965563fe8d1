import type { Model } from 'mongoose';
import { Arg, Args, Authorized, Ctx, ID, Resolver, Root } from 'type-graphql';
import { ConnectionArgs, type Connection } from '../../relay/connection.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { FieldResolver, Query } from '../../relay/output.js';
import { paginate } from '../../store/paging.js';
import { User, Viewer, type PublicUser, type UserVerbs } from '../user/index.js';
import type { AccessDocument } from './access-log.model.js';
import { accessList } from './access-log.service.js';
import { DataAccess, DataAccessConnection } from './access-log.type.js';

@Resolver(() => DataAccess)
export class DataAccessResolver {
  constructor(
    private readonly accesses: Model<AccessDocument>,
    private readonly users: UserVerbs,
  ) {}

  @Authorized('ADMIN')
  @Query(() => DataAccessConnection, {
    description: 'Reads and exports of a user’s private data, newest first. Requires the role `ADMIN`.',
  })
  dataAccesses(
    @Arg('userId', () => ID, { description: 'The user whose data was accessed.' }) userId: string,
    @Args(() => ConnectionArgs) page: ConnectionArgs,
  ): Promise<Connection<AccessDocument>> {
    return paginate(this.accesses, accessList(idOf('User', userId, 'userId')), page);
  }

  @FieldResolver(() => Boolean, { description: 'Whether a member of staff read the data, rather than the person it is about.' })
  byStaff(@Root() { subject, reader }: AccessDocument): boolean {
    return !subject.equals(reader);
  }

  @FieldResolver(() => User, {
    nullable: true,
    description: 'The user who read the data. Null for everyone but administrators, and if the account was deleted.',
  })
  reader(@Root() { reader }: AccessDocument, @Ctx() context: RequestContext): Promise<PublicUser | null> | null {
    return context.signedIn?.roles.includes('ADMIN') ? context.load(this.users.userById, reader) : null;
  }
}

@Resolver(() => Viewer)
export class ViewerDataAccessesResolver {
  constructor(private readonly accesses: Model<AccessDocument>) {}

  @Authorized()
  @FieldResolver(() => DataAccessConnection, {
    nullable: true,
    description: 'Reads and exports of the viewer’s private data, newest first.',
  })
  dataAccesses(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() context: RequestContext): Promise<Connection<AccessDocument>> {
    return paginate(this.accesses, accessList(context.requireSignedIn().userId), page);
  }
}
