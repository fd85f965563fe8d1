/** Signs and sends messages as shop systems do. */
import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';

// The message's shape is the system's.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export type PlatformPath = 'shopify' | 'woocommerce' | 'generic';

/** A message as its system documents it. */
export const fixture = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`../fixtures/integrations/${name}.json`, import.meta.url), 'utf8'));

export const hmac = (secret: string, body: string | Buffer): string => createHmac('sha256', secret).update(body).digest('base64');

export function shopifyHeaders(secret: string, topic: string, body: string | Buffer, id: string = randomUUID()): Record<string, string> {
  return { 'x-shopify-topic': topic, 'x-shopify-hmac-sha256': hmac(secret, body), 'x-shopify-webhook-id': id };
}

export function wooHeaders(secret: string, topic: string, body: string, id: string = randomUUID()): Record<string, string> {
  return { 'x-wc-webhook-topic': topic, 'x-wc-webhook-signature': hmac(secret, body), 'x-wc-webhook-delivery-id': id };
}

export function standardHeaders(secret: string, body: string, id: string = randomUUID(), at = new Date()): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  };
}

/** Posts a body as it is. @returns the answer's status */
export async function post(url: string, body: string | Buffer, headers: Record<string, string>): Promise<number> {
  const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
  await response.arrayBuffer();
  return response.status;
}
