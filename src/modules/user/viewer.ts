/** The viewer as an object with an id, so that clients merge what different queries ask of it. */
import { Types } from 'mongoose';
import type { RequestContext } from '../../relay/context.js';

export interface ViewerIdentity {
  _id: Types.ObjectId;
}

/** No document has this id. */
const anonymous = new Types.ObjectId('000000000000000000000000');

/** The user's id, or the same for all anonymous users. */
export function viewerOf({ signedIn }: RequestContext): ViewerIdentity {
  return { _id: signedIn?.userId ?? anonymous };
}

/** @returns null where the id is another viewer's */
export function findViewer(id: Types.ObjectId, context: RequestContext): ViewerIdentity | null {
  const viewer = viewerOf(context);
  return viewer._id.equals(id) ? viewer : null;
}

/** Whether the viewer may know what another system calls a user. */
export function mayIdentify(context: RequestContext, user: Types.ObjectId): boolean {
  const actor = context.actorWith('users:read', 'users:write');
  return actor !== null && (actor.roles.includes('ADMIN') || (!actor.key && actor.userId.equals(user)));
}
