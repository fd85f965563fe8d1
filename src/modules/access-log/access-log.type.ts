import { Field, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { From, ObjectType } from '../../relay/output.js';
import type { AccessDocument } from './access-log.model.js';

export enum DataAccessKind {
  EXPORT = 'EXPORT',
  MODERATION_CASE = 'MODERATION_CASE',
  AUDIT_ENTRY = 'AUDIT_ENTRY',
  APPEAL = 'APPEAL',
}

registerEnumType(DataAccessKind, {
  name: 'DataAccessKind',
  description: 'What was read of a person’s private data.',
  valuesConfig: {
    EXPORT: { description: 'Everything, by `exportMyData`.' },
    MODERATION_CASE: { description: 'Reported or held content, and the reports about it.' },
    AUDIT_ENTRY: { description: 'A decision about the person or their content.' },
    APPEAL: { description: 'An appeal of the person.' },
  },
});

@ObjectType({ description: 'That a person’s private data was read or exported.' })
export class DataAccess extends From<AccessDocument> {
  @Field(() => DataAccessKind, { description: 'What was read.' })
  kind!: DataAccessKind;

  @Field(() => Date, { name: 'occurredAt', description: 'When it was read.' })
  at!: Date;
}

export const DataAccessConnection = connectionType(DataAccess, 'DataAccess');
