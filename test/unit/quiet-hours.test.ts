import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterQuietHours } from '../../src/modules/invitation/quiet-hours.js';

const berlin = { from: 21, until: 8, timeZone: 'Europe/Berlin' };
const at = (time: string, hours = berlin) => afterQuietHours(new Date(time), hours).toISOString();

test('who is written to at night is written to in the morning, by the clock of the shop', () => {
  expect(at('2026-11-26T12:00:00Z')).toBe('2026-11-26T12:00:00.000Z');
  expect(at('2026-11-26T20:30:00Z')).toBe('2026-11-27T07:00:00.000Z');
  expect(at('2026-11-27T03:00:00Z')).toBe('2026-11-27T07:00:00.000Z');
});

test('the clock may change in the night', () => {
  expect(at('2026-03-28T21:00:00Z')).toBe('2026-03-29T06:00:00.000Z');
  expect(at('2026-10-24T21:00:00Z')).toBe('2026-10-25T07:00:00.000Z');
});

test('quiet hours may be at noon, or never', () => {
  expect(at('2026-11-26T12:30:00Z', { from: 12, until: 14, timeZone: 'UTC' })).toBe('2026-11-26T14:00:00.000Z');
  expect(at('2026-11-26T03:00:00Z', { from: 0, until: 0, timeZone: 'UTC' })).toBe('2026-11-26T03:00:00.000Z');
});

test('the answer is never earlier, less than a day later, and not quiet', () => {
  const hour = fc.integer({ min: 0, max: 23 });
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe');
  const time = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(time, hour, hour, zone, (given, from, until, timeZone) => {
      const found = afterQuietHours(given, { from, until, timeZone });
      const later = found.getTime() - given.getTime();
      expect(later).toBeGreaterThanOrEqual(0);
      expect(later).toBeLessThanOrEqual(25 * 3_600_000);
      expect(afterQuietHours(found, { from, until, timeZone })).toEqual(found);
    }),
  );
});
