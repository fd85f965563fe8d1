/** What can be commented on. */
import { RequestError } from '../../errors.js';
import type { CommentedKind, ContentKind } from '../module.js';

export type SubjectKind = ContentKind & { comments: CommentedKind };

export class SubjectKinds {
  private readonly kinds: ReadonlyMap<string, SubjectKind>;

  /** @param content every kind of content; those that take no comments are left out */
  constructor(content: readonly ContentKind[]) {
    const takingComments = content.filter((kind): kind is SubjectKind => kind.comments !== null);
    this.kinds = new Map(takingComments.map((kind) => [kind.type, kind]));
  }

  find(type: string): SubjectKind | undefined {
    return this.kinds.get(type);
  }

  /** @throws RequestError BAD_USER_INPUT for what takes no comments */
  require(type: string): SubjectKind {
    const kind = this.kinds.get(type);
    if (!kind) throw new RequestError('BAD_USER_INPUT', `A ${type} can’t be commented on.`, 'input.subjectId');
    return kind;
  }
}
