/**
 * The ids of impressions: where a product was recommended, to whom, and by what. An id says all of that itself, sealed
 * with the shop's key, so that handing it out writes nothing and nobody can make one up.
 */
import { Types } from 'mongoose';
import type { DataKeys } from '../../data-keys.js';
import { RequestError } from '../../errors.js';
import type { Impression } from '../impression.js';

const purpose = 'impression';

export class ImpressionIds {
  constructor(private readonly keys: DataKeys) {}

  issue({ list, product, position, user, context, variant, modelVersion, issuedAt }: Impression): string {
    const fields = [hex(list), hex(product), position, user && hex(user), context, variant, modelVersion, issuedAt.getTime()];
    return this.keys.seal(JSON.stringify(fields), purpose);
  }

  /** @throws RequestError BAD_USER_INPUT naming the argument, for what the shop did not issue */
  read(id: string, argument: string): Impression {
    const [list, product, position, user, context, variant, modelVersion, issuedAt] = this.open(id, argument);
    return {
      list: new Types.ObjectId(list),
      product: new Types.ObjectId(product),
      position,
      user: user === null ? null : new Types.ObjectId(user),
      context,
      variant,
      modelVersion,
      issuedAt: new Date(issuedAt),
    };
  }

  private open(id: string, argument: string): SealedFields {
    try {
      return JSON.parse(this.keys.open(id, purpose)) as SealedFields;
    } catch {
      throw new RequestError('BAD_USER_INPUT', 'This is not the ID of an impression.', argument);
    }
  }
}

type SealedFields = [
  list: string,
  product: string,
  position: number,
  user: string | null,
  context: string,
  variant: string,
  modelVersion: string | null,
  issuedAt: number,
];

function hex(id: Types.ObjectId): string {
  return id.toHexString();
}
