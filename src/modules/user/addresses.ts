/** E-mail addresses: which are taken, and how they are kept out of sight in the store. */
import type { DataKeys } from '../../data-keys.js';
import type { UserDocument } from './user.model.js';

type Kept = Pick<UserDocument, 'sealedEmail' | 'sealedImportedEmail' | 'addressKey'>;

export interface Addressed {
  email?: string;
  /** The address that an imported user had there: private, and no way to sign in. */
  importedEmail?: string;
}

const sealedAs = 'address of a user';

export function isEmail(text: string): boolean {
  return text.length <= 254 && /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/.test(text);
}

export class Addresses {
  constructor(private readonly keys: DataKeys) {}

  seal(email: string): string {
    return this.keys.seal(email, sealedAs);
  }

  open(sealed: string): string {
    return this.keys.open(sealed, sealedAs);
  }

  /** A user as it is stored: with its addresses sealed. */
  sealed<User extends Addressed>({ email, importedEmail, ...user }: User): Omit<User, keyof Addressed> & Kept {
    if (email === undefined && importedEmail === undefined) return user;
    return {
      ...user,
      addressKey: this.keys.currentId,
      ...(email !== undefined && { sealedEmail: this.seal(email) }),
      ...(importedEmail !== undefined && { sealedImportedEmail: this.seal(importedEmail) }),
    };
  }

  opened<User extends Kept>({ sealedEmail, sealedImportedEmail, addressKey: _key, ...user }: User): Omit<User, keyof Kept> & Addressed {
    return {
      ...user,
      ...(sealedEmail !== undefined && { email: this.open(sealedEmail) }),
      ...(sealedImportedEmail !== undefined && { importedEmail: this.open(sealedImportedEmail) }),
    };
  }
}
