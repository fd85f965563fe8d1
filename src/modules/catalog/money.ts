/** Amounts of money inside documents. */
import type { Schema } from 'mongoose';
import { nestedSchema } from '../../store/documents.js';

export interface MoneyAmount {
  amountMinor: number;
  currency: string;
}

export function moneySchema(): Schema<MoneyAmount> {
  return nestedSchema<MoneyAmount>({ amountMinor: { type: Number, required: true }, currency: { type: String, required: true } });
}
