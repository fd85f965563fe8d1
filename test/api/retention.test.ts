import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Plaza } from '../support/plaza.js';

const dataDirectory = mkdtempSync(join(tmpdir(), 'plaza-retention-'));
afterAll(() => rmSync(dataDirectory, { recursive: true, force: true }));

/** The collection and the seconds after which each kind of document expires, by its variable. */
const kinds: Record<string, string> = {
  BEHAVIOUR_RETENTION: 'behaviour_events',
  IMPRESSION_RETENTION: 'recommendation_impressions',
  SHARE_VISIT_RETENTION: 'share_visits',
  NOTIFICATION_RETENTION: 'notifications',
  FEED_RETENTION: 'feed_items',
  SCREENING_RETENTION: 'contributions',
  REPORT_RETENTION: 'content_reports',
  AUDIT_RETENTION: 'audit_entries',
  EVENT_RETENTION: 'events',
  IDEMPOTENCY_RETENTION: 'idempotency_keys',
};

async function expiries(plaza: Plaza): Promise<Record<string, number | undefined>> {
  const found = await Promise.all(
    Object.entries(kinds).map(async ([variable, name]) => {
      const indexes = await plaza.connection.collection(name).listIndexes().toArray();
      return [variable, indexes.find(({ expireAfterSeconds }) => expireAfterSeconds !== undefined)?.['expireAfterSeconds']] as const;
    }),
  );
  return Object.fromEntries(found);
}

test('a retention that is configured anew changes what a database that is there already keeps', async () => {
  const plaza = new Plaza();
  plaza.dataDirectory = dataDirectory;
  await plaza.start();
  const before = await expiries(plaza);
  for (const variable of Object.keys(kinds)) expect(before[variable], variable).toBeGreaterThan(3600);
  await plaza.app.close();
  await plaza.start(Object.fromEntries(Object.keys(kinds).map((variable, at) => [variable, `${at + 40}d`])));
  const seconds = Object.keys(kinds).map((variable, at) => [variable, (at + 40) * 24 * 60 * 60]);
  expect(await expiries(plaza)).toEqual(Object.fromEntries(seconds));
  await plaza.stop();
});
