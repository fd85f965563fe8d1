/** Whom an address belongs to, as far as limits are concerned. */
import ipaddr from 'ipaddr.js';

const prefixLength = 64;

/**
 * The network behind an address: an IPv4 address, also one written as or translated to IPv6, or the /64 that one
 * customer of a provider usually has for themselves.
 */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
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
