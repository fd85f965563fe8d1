/** Short links: they count who comes by them, and lead to the product. */
import { createHmac, hkdfSync } from 'node:crypto';
import { isbot } from 'isbot';
import type { Database } from '../../store/database.js';
import { insert } from '../../store/documents.js';
import type { CatalogVerbs } from '../catalog/index.js';
import type { ShareDocument, ShareModels } from './share.model.js';
import { shareKey } from './share.service.js';

/** How many visitors of one share one address can stand for: a household or an office, but no crowd. */
const maxPerOrigin = 10;

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
  /** Whether the product is in the shop no more. */
  archived: boolean;
  /** What an order must carry to be the share's; null where nobody was counted. */
  token: string | null;
  /** What to know the visitor by next time; null where nobody was counted. */
  visitor: string | null;
}

interface ShareLinkDependencies {
  models: ShareModels;
  database: Database;
  catalog: CatalogVerbs;
}

export class ShareLinks {
  private readonly key: Buffer;

  /** @param secret of this installation: without it, digests lead back to nobody */
  constructor(
    private readonly dependencies: ShareLinkDependencies,
    secret: string,
  ) {
    this.key = Buffer.from(hkdfSync('sha256', secret, '', 'share visitors', 32));
  }

  /** Counts a visit, unless it is a machine's. @returns null for a link that leads nowhere */
  async followShare(code: string, visitor: Visitor): Promise<FollowedShare | null> {
    const { models, catalog } = this.dependencies;
    const share = await models.shares.findOne({ code, hiddenAt: null }).lean();
    const place = share && (await catalog.placeOf(share.product));
    if (!share || !place) return null;
    if (place.archived) return { ...place, token: null, visitor: null };
    if (visitor.prefetching || visitor.userAgent === '' || isbot(visitor.userAgent)) return { ...place, token: null, visitor: null };
    const key = visitor.known ?? this.digest(`${visitor.address} ${visitor.userAgent}`);
    const token = `${code}.${key}`;
    await this.count(share, token, this.digest(visitor.address));
    return { ...place, token, visitor: key };
  }

  private digest(text: string): string {
    return createHmac('sha256', this.key).update(text).digest('base64url').slice(0, 22);
  }

  private async count({ _id: share }: ShareDocument, token: string, origin: string): Promise<void> {
    const { shares, visits } = this.dependencies.models;
    await this.dependencies.database.inTransaction([shareKey(share)], async (session) => {
      const lastAt = new Date();
      const again = await visits.updateOne({ _id: token }, { $inc: { count: 1 }, $set: { lastAt } }, { session });
      const isNew = again.matchedCount === 0 && (await visits.countDocuments({ share, origin }).session(session)) < maxPerOrigin;
      if (isNew) await insert(visits, { _id: token, share, origin, count: 1, lastAt }, session);
      await shares.updateOne({ _id: share }, { $inc: { visits: 1, uniqueVisitors: Number(isNew) } }, { session });
    });
  }
}
