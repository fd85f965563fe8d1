/**
 * Which network addresses others may have this server send to. Names are resolved when the connection is made and the addresses that
 * they lead to are checked then, so that a name cannot lead elsewhere after it was checked.
 */
import { Resolver } from 'node:dns/promises';
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Resolves a name to its addresses. @throws Error where it has none */
export type ResolveName = (hostname: string) => Promise<string[]>;

/** Answers of clouds about their machines that are at public addresses. */
const metadataAddresses = new Set(['168.63.129.16']);
const globalUnicast = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];

/** Whether an address is one of the public Internet: not of this machine, a private network, or a cloud's metadata. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast' || metadataAddresses.has(parsed.toString())) return false;
  return parsed.kind() === 'ipv4' || (parsed as ipaddr.IPv6).match(globalUnicast);
}

/** The address that a URL's host is, in whichever form; null for a name. */
export function literalAddress(hostname: string): string | null {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(bare) ? bare : null;
}

/** Whether the host of a URL can be told from its text not to be on the public Internet. */
export function leadsInside(hostname: string): boolean {
  const literal = literalAddress(hostname);
  return literal ? !isPublicAddress(literal) : isLocalName(hostname);
}

/** Names that never lead to the public Internet. */
function isLocalName(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '');
  return !name.includes('.') || /\.(?:localhost|local|internal|home\.arpa)$/.test(name);
}

export class AddressRefused extends Error {
  constructor(hostname: string) {
    super(`${hostname} leads to an address that is not public.`);
  }
}

/** Asks the name servers directly: the system's own lookup blocks a thread that all of the process needs. */
export const resolveName: ResolveName = async (hostname) => {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (addresses.length === 0) throw new Error(`${hostname} was not found.`);
  return addresses;
};

/**
 * The lookup of connections to receivers. Every address of the name must be public.
 * @param allowPrivate whether any address will do
 */
export function receiverLookup(allowPrivate: boolean, resolve: ResolveName = resolveName): LookupFunction {
  if (allowPrivate) return systemLookup;
  return (hostname, options, done) => {
    publicAddressesOf(hostname, resolve).then(
      (addresses) => {
        if (options.all) done(null, addresses);
        else done(null, addresses[0]!.address, addresses[0]!.family);
      },
      (error: Error) => done(error, ''),
    );
  };
}

async function publicAddressesOf(hostname: string, resolve: ResolveName): Promise<{ address: string; family: number }[]> {
  const addresses = await resolve(hostname);
  if (!addresses.every(isPublicAddress)) throw new AddressRefused(hostname);
  return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
}
