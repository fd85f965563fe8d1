/** Uploading images as a shop's page does: announced, sent, and named to what shows them. */
import { expect } from 'vitest';
import sharp from 'sharp';
import type { Account, Plaza } from './plaza.js';

export interface AnnouncedUpload {
  imageId: string;
  url: string;
  method: string;
  headers: { name: string; value: string }[];
}

export async function announce(plaza: Plaza, account: Account, input: object): Promise<AnnouncedUpload> {
  const selection = 'upload { imageId url method headers { name value } expiresAt }';
  const { upload, userErrors } = await plaza.mutate('createUpload', input, selection, account.token);
  expect(userErrors).toEqual([]);
  return upload as AnnouncedUpload;
}

/** The server does not know its own port before it listens. */
export async function send(plaza: Plaza, { url, method, headers }: AnnouncedUpload, bytes: Buffer): Promise<Response> {
  const address = url.replace(/^http:\/\/localhost:\d+(?=\/uploads)/, plaza.url);
  return fetch(address, {
    method,
    headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
    body: new Uint8Array(bytes),
  });
}

/** @returns the image's id, ready to be shown */
export async function upload(
  plaza: Plaza,
  account: Account,
  purpose: 'PRODUCT' | 'REVIEW' | 'AVATAR',
  { bytes, contentType = 'image/png', altText }: { bytes?: Buffer; contentType?: string; altText?: string } = {},
): Promise<string> {
  const content = bytes ?? (await picture());
  const announced = await announce(plaza, account, { purpose, contentType, byteSize: content.length, ...(altText && { altText }) });
  const response = await send(plaza, announced, content);
  expect(response.status).toBe(200);
  return announced.imageId;
}

export function picture({ width = 300, height = 200, colour = '#3366cc' } = {}): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: colour } })
    .png()
    .toBuffer();
}

/** An image's address on the server under test. */
export function addressOf(plaza: Plaza, url: string): string {
  return url.replace(/^http:\/\/localhost:\d+/, plaza.url);
}
