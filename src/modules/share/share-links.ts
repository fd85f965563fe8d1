/** Short links: they count who comes by them, and lead to the product. */
import { createHmac, hkdfSync } from 'node:crypto';
import { isbot } from 'isbot';
import { inTransaction } from '../../store/transaction.js';
import { ProductModel } from '../catalog/index.js';
import { ShareModel, ShareVisitModel, type ShareDocument } from './share.model.js';
import { shareKey } from './share.service.js';

/** How many visitors of one share one address can stand for: a household or an office, but no crowd. */
const mostPerOrigin = 10;

export interface Visitor {
  address: string;
  userAgent: string;
  /** What an earlier visit of the same browser was known by; already checked that it comes from here. */
  known: string | null;
  /** Whether the browser only fetches the page in case somebody wants it. */
  prefetching: boolean;
}

export interface FollowedShare {
  slug: string;
  /** What an order must carry to be the share's; null where nobody was counted. */
  token: string | null;
  /** What to know the visitor by next time; null where nobody was counted. */
  visitor: string | null;
}

export class ShareLinks {
  private readonly key: Buffer;

  /** @param secret of this installation: without it, digests lead back to nobody */
  constructor(secret: string) {
    this.key = Buffer.from(hkdfSync('sha256', secret, '', 'share visitors', 32));
  }

  /** Counts a visit, unless it is a machine's. @returns null for a link that leads nowhere */
  async follow(code: string, visitor: Visitor): Promise<FollowedShare | null> {
    const share = await ShareModel.findOne({ code, hiddenAt: null }).lean();
    const product = share && (await ProductModel.findById(share.product, { slug: 1 }).lean());
    if (!share || !product) return null;
    const { slug } = product;
    if (visitor.prefetching || visitor.userAgent === '' || isbot(visitor.userAgent)) return { slug, token: null, visitor: null };
    const key = visitor.known ?? this.digest(`${visitor.address} ${visitor.userAgent}`);
    const token = `${code}.${key}`;
    await count(share, token, this.digest(visitor.address));
    return { slug, token, visitor: key };
  }

  private digest(text: string): string {
    return createHmac('sha256', this.key).update(text).digest('base64url').slice(0, 22);
  }
}

async function count({ _id: share }: ShareDocument, token: string, origin: string): Promise<void> {
  await inTransaction([shareKey(share)], async (session) => {
    const lastAt = new Date();
    const again = await ShareVisitModel.updateOne({ _id: token }, { $inc: { count: 1 }, $set: { lastAt } }, { session });
    const isNew = again.matchedCount === 0 && (await ShareVisitModel.countDocuments({ share, origin }).session(session)) < mostPerOrigin;
    if (isNew) await ShareVisitModel.collection.insertOne({ _id: token as never, share, origin, count: 1, lastAt }, { session });
    await ShareModel.updateOne({ _id: share }, { $inc: { visits: 1, uniqueVisitors: Number(isNew) } }, { session });
  });
}
