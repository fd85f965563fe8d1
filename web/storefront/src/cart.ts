/** What the visitor means to buy. The API has orders; until then the cart is the browser’s. */
import { plaza } from './shop';
import { stored, useStored } from './storage';

export interface CartLine {
  productId: string;
  quantity: number;
}

const maxQuantity = 99;
const lines = stored<CartLine[]>('plaza.cart', []);
/** The token of the share that led here, so that the order is attributed to it. */
export const shareToken = stored<string | null>('plaza.share', null);

export function useCart(): CartLine[] {
  return useStored(lines)[0];
}

export function addToCart(productId: string): void {
  const line = lines.get().find((candidate) => candidate.productId === productId);
  setQuantity(productId, (line?.quantity ?? 0) + 1);
  plaza.tracker.addedToCart(productId);
}

/** Zero takes the product out. */
export function setQuantity(productId: string, quantity: number): void {
  const others = lines.get().filter((line) => line.productId !== productId);
  const at = lines.get().findIndex((line) => line.productId === productId);
  if (quantity > 0) others.splice(at < 0 ? others.length : at, 0, { productId, quantity: Math.min(quantity, maxQuantity) });
  lines.set(others);
}
