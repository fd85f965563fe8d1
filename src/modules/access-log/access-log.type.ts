import { Field, registerEnumType } from 'type-graphql';
import { connectionType } from '../../relay/connection.js';
import { Node } from '../../relay/node.js';
import { ObjectType } from '../../relay/output.js';
import type { AccessDocument } from './access-log.model.js';

export enum DataAccessKind {
  EXPORT = 'EXPORT',
  MODERATION_CASE = 'MODERATION_CASE',
  AUDIT_ENTRY = 'AUDIT_ENTRY',
  APPEAL = 'APPEAL',
  ORDER = 'ORDER',
}

registerEnumType(DataAccessKind, {
  name: 'DataAccessKind',
  description: 'Private data that was read.',
  valuesConfig: {
    EXPORT: { description: 'All personal data, exported with `exportMyData`.' },
    MODERATION_CASE: { description: 'A moderation case: the content, and the reports about it.' },
    AUDIT_ENTRY: { description: 'A moderation decision about the person or their content.' },
    APPEAL: { description: 'An appeal by the person.' },
    ORDER: { description: 'An order of the person, read by an administrator or with an administrator’s API key.' },
  },
});

@ObjectType({ implements: Node, description: 'A read or an export of a person’s private data.' })
export class DataAccess extends Node<AccessDocument> {
  @Field(() => DataAccessKind, { description: 'The data that was read.' })
  kind!: DataAccessKind;

  @Field(() => Date, { name: 'occurredAt', description: 'When the data was read.' })
  at!: Date;
}

export const DataAccessConnection = connectionType(DataAccess, 'DataAccess');
