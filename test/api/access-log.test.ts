import { expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();

async function accessesOf(account: Account) {
  const query = '{ viewer { dataAccesses { edges { node { kind byStaff reader { handle } } } } } }';
  return (await plaza.data(query, {}, account.token)).viewer.dataAccesses.edges.map(({ node }: { node: object }) => node);
}

test('an export is noted, and its owner sees that', async () => {
  const account = await plaza.account();
  await plaza.data('{ exportMyData }', {}, account.token);
  expect(await accessesOf(account)).toEqual([{ kind: 'EXPORT', byStaff: false, reader: null }]);
});

test('staff who read reports and decisions about somebody are noted, once a request, with names for administrators only', async () => {
  const merchant = await plaza.account({ merchant: true });
  const [author, reporter] = [await plaza.account(), await plaza.account()];
  const [moderator, admin] = [await plaza.account({ role: 'MODERATOR' }), await plaza.account({ role: 'ADMIN' })];
  const subjectId = await plaza.product(merchant);
  const { comment } = await plaza.mutate('addComment', { subjectId, body: 'Hm' }, 'comment { id }', author.token);
  await plaza.mutate('reportContent', { contentId: comment.id, reason: 'SPAM' }, 'reported', reporter.token);
  const queue =
    '{ moderationQueue { edges { node { reportCount content { __typename } appeal { body } reports { edges { node { note } } } } } } }';
  await plaza.data(queue, {}, moderator.token);
  expect(await accessesOf(author)).toEqual([{ kind: 'MODERATION_CASE', byStaff: true, reader: null }]);
  expect(await accessesOf(reporter)).toEqual([]);
  await plaza.mutate('moderateContent', { contentId: comment.id, action: 'HIDE', reason: 'x' }, 'entry { createdAt }', moderator.token);
  await plaza.data('{ auditTrail { edges { node { content { __typename } } } } }', {}, moderator.token);
  const query = 'query ($id: ID!) { dataAccesses(userId: $id) { edges { node { kind reader { handle } } } } }';
  const { dataAccesses } = await plaza.data(query, { id: author.id }, admin.token);
  expect(dataAccesses.edges.map(({ node }: { node: object }) => node)).toEqual([
    { kind: 'AUDIT_ENTRY', reader: { handle: moderator.handle } },
    { kind: 'MODERATION_CASE', reader: { handle: moderator.handle } },
  ]);
  expect((await plaza.query(query, { id: author.id }, moderator.token)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

test('the person’s export has the accesses without the readers', async () => {
  const account = await plaza.account();
  await plaza.data('{ exportMyData }', {}, account.token);
  const { exportMyData } = await plaza.data('{ exportMyData }', {}, account.token);
  expect(exportMyData.dataAccesses).toMatchObject([{ kind: 'EXPORT' }]);
  expect(JSON.stringify(exportMyData.dataAccesses)).not.toContain('reader');
});
