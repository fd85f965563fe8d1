/** Whom an address belongs to, as far as limits are concerned. */
import ipaddr from 'ipaddr.js';

const prefixLength = 64;

/** What proxies write with the address: a port behind it, and brackets around IPv6. */
const withPort = /^(?:\[(?<bracketed>[^\]]*)\]|(?<plain>[\d.]+))(?::\d{1,5})?$/;

/** All addresses that are none share one budget: however they are written, they gain nothing. */
const unknown = 'unknown';

/**
 * The network behind an address: an IPv4 address, also one written as or translated to IPv6, or the /64 that one
 * customer of a provider usually has for themselves. An address may have a port.
 */
export function networkOf(address: string): string {
  const { bracketed, plain } = withPort.exec(address)?.groups ?? {};
  const bare = bracketed ?? plain ?? address;
  if (!ipaddr.isValid(bare)) return unknown;
  const parsed = ipaddr.process(bare);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const { parts } = parsed as ipaddr.IPv6;
  const range = parsed.range();
  if (range === '6to4') return ipv4Of(parts[1]!, parts[2]!);
  if (range === 'rfc6052') return ipv4Of(parts[6]!, parts[7]!);
  const network = parts.slice(0, prefixLength / 16).map((part) => part.toString(16));
  return `${network.join(':')}::/${prefixLength}`;
}

function ipv4Of(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
