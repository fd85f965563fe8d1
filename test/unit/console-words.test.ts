import { readFileSync } from 'node:fs';
import { buildSchema, isEnumType } from 'graphql';
import { expect, test } from 'vitest';
import { chinese } from '../../web/console/src/translations/chinese.js';
import { german } from '../../web/console/src/translations/german.js';
import { spanish } from '../../web/console/src/translations/spanish.js';

const schema = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'));
/** The enums whose values the console shows as they are named. */
const shown = [
  ...['AuditAction', 'FeedbackKind', 'ImportRunStatus', 'ModerationAction', 'OrderStatus', 'ProductAvailability'],
  ...['ReportReason', 'UserRole', 'WebhookDeliveryStatus', 'WebhookDisabledReason', 'WebhookEvent'],
];

test.each([
  ['German', german],
  ['Spanish', spanish],
  ['Chinese', chinese],
])('the console says every value that the API answers in %s', (_, words: Readonly<Record<string, string>>) => {
  const values = shown.flatMap((name) => {
    const type = schema.getType(name);
    return isEnumType(type) ? type.getValues().map((value) => value.name) : [`no enum ${name}`];
  });
  expect(values.filter((value) => !words[value])).toEqual([]);
});
