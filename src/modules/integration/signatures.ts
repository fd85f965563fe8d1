/** Whether a message comes from who it says: each platform's signature over the bytes as they came. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** One header's value; null where it is missing or was sent twice. */
export function headerOf(headers: Headers, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The base64 HMAC-SHA256 of the body, as Shopify and WooCommerce send it. Takes the same time whatever is wrong. */
export function hasBodySignature(secret: string, body: Buffer, signature: string | null): boolean {
  const expected = Buffer.from(createHmac('sha256', secret).update(body).digest('base64'));
  const given = Buffer.from(signature ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** A signature by the Standard Webhooks specification, of the last five minutes. */
export function hasStandardSignature(secret: string, body: Buffer, headers: Headers): boolean {
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;
  const given = Object.fromEntries(names.map((name) => [name, headerOf(headers, name) ?? '']));
  try {
    new Webhook(secret).verify(body.toString('utf8'), given, { jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}

/** Whether a secret has the form of the Standard Webhooks specification. */
export function isStandardSecret(secret: string): boolean {
  if (!/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(secret)) return false;
  try {
    return new Webhook(secret).sign('id', new Date(), '') !== '';
  } catch {
    return false;
  }
}
