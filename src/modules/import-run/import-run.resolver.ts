import type { Model } from 'mongoose';
import { Args, Authorized, Resolver, Root } from 'type-graphql';
import { ConnectionArgs, type Connection } from '../../relay/connection.js';
import { FieldResolver, Query } from '../../relay/output.js';
import { paginate } from '../../store/paging.js';
import type { ImportRunDocument } from './import-run.model.js';
import { importRunList, statusOf, type ImportRunStatusName } from './import-run.service.js';
import { ImportRun, ImportRunConnection, ImportRunStatus } from './import-run.type.js';

@Resolver(() => ImportRun)
export class ImportRunResolver {
  constructor(private readonly runs: Model<ImportRunDocument>) {}

  @Authorized('ADMIN')
  @Query(() => ImportRunConnection, {
    description:
      'Imports by the command `plaza import`, newest first, including those that are running. Kept for `IMPORT_RETENTION`. Requires the role `ADMIN`.',
  })
  imports(@Args(() => ConnectionArgs) page: ConnectionArgs): Promise<Connection<ImportRunDocument>> {
    return paginate(this.runs, importRunList(), page);
  }

  @FieldResolver(() => ImportRunStatus, { description: 'Status of the import.' })
  status(@Root() run: ImportRunDocument): ImportRunStatusName {
    return statusOf(run);
  }
}
