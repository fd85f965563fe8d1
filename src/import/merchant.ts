import type { Types } from 'mongoose';
import type { CatalogVerbs } from '../modules/catalog/index.js';
import { SourceDocuments } from './documents.js';

/** Hands what earlier imports have given the source's own merchant to an account. */
export async function handOverImportedProducts(
  catalog: Pick<CatalogVerbs, 'handOverProducts'>,
  source: string,
  merchant: Types.ObjectId,
): Promise<number> {
  return catalog.handOverProducts(new SourceDocuments(source, null).ownMerchantId, merchant);
}
