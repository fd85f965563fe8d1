import { Field, Float, Int, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { ObjectType } from '../../relay/output.js';
import type { ImportRunDocument, RejectDocument } from './import-run.model.js';
import { maxRejects } from './import-run.service.js';

export enum ImportRunStatus {
  RUNNING = 'RUNNING',
  COMPLETED = 'COMPLETED',
  FAILED = 'FAILED',
  INTERRUPTED = 'INTERRUPTED',
}

registerEnumType(ImportRunStatus, {
  name: 'ImportRunStatus',
  description: 'Status of an import.',
  valuesConfig: {
    RUNNING: { description: 'The import is running.' },
    COMPLETED: { description: 'All lines were read. Some may have been rejected.' },
    FAILED: { description: 'The import stopped. See `error`.' },
    INTERRUPTED: { description: 'The import’s process was ended before it was done. Importing the same file again continues it.' },
  },
});

@ObjectType({ description: 'A line that an import rejected.' })
export class ImportReject implements RejectDocument {
  @Field(() => String, { description: 'Name of the file.' })
  file!: string;

  @Field(() => Int, { description: 'Number of the line in the file, from 1.' })
  line!: number;

  @Field(() => String, { nullable: true, description: 'Name of the column. Null if the whole line is at fault.' })
  column!: string | null;

  @Field(() => String, { description: 'Why the line was rejected, in English, without its values.' })
  reason!: string;
}

@ObjectType({ implements: Node, description: 'A run of the command `plaza import`.' })
export class ImportRun extends Node<ImportRunDocument> {
  @Field(() => String, { description: 'Name of the source, which keeps its IDs apart from other sources’.' })
  source!: string;

  @Field(() => String, { description: 'Format of the files.' })
  format!: string;

  @Field(() => String, { description: 'Name of the imported file or folder.' })
  file!: string;

  @Field(() => Float, { description: 'Share of the work that is done, from 0 to 1.' })
  progress!: number;

  @Field(() => Date, { description: 'When the import started.' })
  startedAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When the import ended. Null while it runs, or if it was interrupted.' })
  endedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why the import failed, in English. Null otherwise.' })
  error!: string | null;

  @Field(() => Int, { name: 'acceptedLineCount', description: 'Number of lines that were accepted, including those that changed nothing.' })
  acceptedLines!: number;

  @Field(() => Int, { name: 'rejectedLineCount', description: 'Number of lines that were rejected.' })
  rejectedLines!: number;

  @Field(() => Int, { name: 'newUserCount', description: 'Number of users that were created.' })
  newUsers!: number;

  @Field(() => Int, { name: 'newProductCount', description: 'Number of products that were created.' })
  newProducts!: number;

  @Field(() => Int, { name: 'newReviewCount', description: 'Number of reviews that were created.' })
  newReviews!: number;

  @Field(() => Int, { name: 'newFollowCount', description: 'Number of follows that were created.' })
  newFollows!: number;

  @Field(() => Int, { name: 'updatedProductCount', description: 'Number of products that were updated.' })
  updatedProducts!: number;

  @Field(() => Int, { name: 'updatedReviewCount', description: 'Number of reviews that were updated.' })
  updatedReviews!: number;

  @Field(() => Int, { name: 'unchangedReviewCount', description: 'Number of reviews that were already the same as in the file.' })
  unchangedReviews!: number;

  @Field(() => [ImportReject], { description: `The first rejected lines, up to ${maxRejects}.` })
  rejects!: ImportReject[];
}

export const ImportRunConnection = connectionType(ImportRun, 'ImportRun');
