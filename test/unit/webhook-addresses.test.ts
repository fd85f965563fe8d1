import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPublicAddress, literalAddress, receiverLookup } from '../../src/outbound/public-address.js';
import { delayAfter } from '../../src/modules/webhook/webhook-sender.js';
import { Receiver } from '../../src/outbound/receiver.js';

const never = new AbortController().signal;

describe('an address is not public', () => {
  test.each([
    ['this machine', ['127.0.0.1', '127.255.255.254', '::1', '0.0.0.0', '::']],
    ['a private network', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fd00::1', 'fc00::1']],
    ['a link', ['169.254.1.1', 'fe80::1']],
    ['a carrier’s network', ['100.64.0.1', '100.127.255.255']],
    ['a cloud’s metadata', ['169.254.169.254', 'fd00:ec2::254', '100.100.100.200', '168.63.129.16']],
    [
      'an IPv4 address in IPv6',
      ['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:a9fe:a9fe', '64:ff9b::7f00:1', '2002:7f00:1::', '::127.0.0.1'],
    ],
    [
      'for many or for nobody',
      ['224.0.0.1', 'ff02::1', '255.255.255.255', '192.0.2.1', '198.18.0.1', '2001:db8::1', 'fec0::1', '240.0.0.1'],
    ],
    ['no address', ['localhost', '', '0x7f.1']],
  ])('of %s', (_kind, addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });

  test('while ordinary ones are', () => {
    expect(['1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '::ffff:1.1.1.1'].filter((one) => !isPublicAddress(one))).toEqual([]);
  });

  test('in none of 10.0.0.0/8, however it is written', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(byte, byte, byte, (a, b, c) => {
        expect(isPublicAddress(`10.${a}.${b}.${c}`)).toBe(false);
        expect(isPublicAddress(`::ffff:10.${a}.${b}.${c}`)).toBe(false);
      }),
    );
  });
});

test('every form of a literal that a URL may have is known as one', () => {
  const hosts = [
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://[::1]/',
    'http://[::ffff:7f00:1]/',
  ];
  for (const host of hosts) {
    const literal = literalAddress(new URL(host).hostname);
    expect(literal).not.toBeNull();
    expect(isPublicAddress(literal!)).toBe(false);
  }
  expect(literalAddress('shop.example')).toBeNull();
});

describe('a name is refused', () => {
  const lookUp = (addresses: string[]) =>
    new Promise((resolve, reject) => {
      const lookup = receiverLookup(false, async () => addresses);
      lookup('shop.example', { all: true }, (error, found) => (error ? reject(error) : resolve(found)));
    });

  test('when one of its addresses is private', async () => {
    await expect(lookUp(['1.1.1.1', '10.0.0.1'])).rejects.toThrow('not public');
    await expect(lookUp(['1.1.1.1'])).resolves.toEqual([{ address: '1.1.1.1', family: 4 }]);
  });

  test('when it leads to a private address only at the time of the connection', async () => {
    let asked = 0;
    const receiver = new Receiver({ allowPrivate: false, resolve: async () => (++asked > 0 ? ['127.0.0.1'] : ['1.1.1.1']) });
    const outcome = await receiver.send('https://rebinding.example/hook', {}, '{}', never);
    expect(asked).toBe(1);
    expect(outcome).toMatchObject({ status: null, error: 'rebinding.example leads to an address that is not public.' });
  });
});

test('a receiver at a literal private address, or without TLS, is not connected to', async () => {
  const receiver = new Receiver({ allowPrivate: false });
  expect((await receiver.send('https://127.0.0.1:1/', {}, '{}', never)).error).toContain('not public');
  expect((await receiver.send('https://[::ffff:127.0.0.1]:1/', {}, '{}', never)).error).toContain('not public');
  expect((await receiver.send('http://1.1.1.1/', {}, '{}', never)).error).toContain('https');
});

test('attempts are ever further apart, up to six hours, and no two at the same time', () => {
  const longest = Array.from({ length: 20 }, (_, at) => delayAfter(at + 1, () => 1));
  expect(longest.slice(0, 4)).toEqual([5_000, 15_000, 45_000, 135_000]);
  expect(Math.max(...longest)).toBe(6 * 3_600_000);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, random) => {
      const delay = delayAfter(attempts, () => random);
      const max = delayAfter(attempts, () => 1);
      expect(delay).toBeGreaterThanOrEqual(Math.floor(max / 2));
      expect(delay).toBeLessThanOrEqual(max);
    }),
  );
});
