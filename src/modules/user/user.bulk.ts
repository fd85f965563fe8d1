/** Users of another shop or data set, in bulk. */
import { insertMissing } from '../../store/bulk.js';
import { UserModel, type UserDocument } from './user.model.js';

/** Inserts those who are not there yet. @returns how many were new */
export function importUsers(users: UserDocument[]): Promise<number> {
  return insertMissing(UserModel, users);
}
