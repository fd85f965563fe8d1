/** What happened to an object that subscribers watch. */
import { registerEnumType } from 'type-graphql';

export enum ChangeKind {
  ADDED = 'ADDED',
  EDITED = 'EDITED',
  REMOVED = 'REMOVED',
}

registerEnumType(ChangeKind, {
  name: 'ChangeKind',
  description: 'What happened to an object.',
  valuesConfig: {
    ADDED: { description: 'It was published, or a moderator restored it.' },
    EDITED: { description: 'It was edited, or something shown with it changed.' },
    REMOVED: { description: 'It was deleted, or hidden by a moderator.' },
  },
});

/** What the type of a logged event says, such as `COMMENT_EDITED`. */
export function changeKindOf(eventType: string): ChangeKind {
  if (eventType.endsWith('_REMOVED')) return ChangeKind.REMOVED;
  return eventType.endsWith('_EDITED') ? ChangeKind.EDITED : ChangeKind.ADDED;
}

/** What is gone by the time that a change is told was removed, whatever the event says. */
export function kindAsTold(kind: ChangeKind, object: object | null): ChangeKind {
  return object ? kind : ChangeKind.REMOVED;
}
