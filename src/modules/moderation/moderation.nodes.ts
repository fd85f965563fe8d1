/** How what moderation keeps is found by its id: by staff, and by those whom it is about. */
import type { DataKeys } from '../../data-keys.js';
import type { RequestContext } from '../../relay/context.js';
import type { KeyedNodeFinder, NodeFinder } from '../../relay/node.js';
import type { AccessLogVerbs } from '../access-log/index.js';
import { decisionsAbout } from './moderation.lists.js';
import type { ModerationLoaders } from './moderation.loader.js';
import type { ModerationModels, ReportDocument } from './moderation.model.js';

interface NodeDependencies {
  models: ModerationModels;
  loaders: ModerationLoaders;
  accessLog: AccessLogVerbs;
  reportKeys: ReportKeys;
}

const digestLength = 16;

/** A report's own id names the reporter, whom moderators are not told of. This one does not. */
export class ReportKeys {
  constructor(private readonly keys: DataKeys) {}

  withKey(report: ReportDocument): ReportDocument & { nodeKey: string } {
    return { ...report, nodeKey: `${report.case}:${report.at.getTime()}:${shorten(this.keys.digest(report._id, 'report'))}` };
  }

  isOf(digest: string, report: ReportDocument): boolean {
    return this.keys.digests(report._id, 'report').some((known) => shorten(known) === digest);
  }
}

function shorten(digest: Buffer): string {
  return digest.toString('hex').slice(0, digestLength);
}

export function isStaff({ signedIn }: RequestContext): boolean {
  return signedIn?.roles.some((role) => role === 'MODERATOR' || role === 'ADMIN') ?? false;
}

export function moderationNodes({ models, loaders, accessLog }: NodeDependencies): Record<string, NodeFinder> {
  return {
    async Appeal(id, context) {
      const appeal = await context.load(loaders.appealById, id);
      const reader = context.signedIn;
      if (!appeal || !reader || !(appeal.author.equals(reader.userId) || isStaff(context))) return null;
      await accessLog.noteAccess(context, 'APPEAL', appeal.author);
      return appeal;
    },
    async AuditEntry(id, context) {
      const entry = isStaff(context) ? await models.audit.findById(id).lean() : null;
      if (entry) await accessLog.noteAccess(context, 'AUDIT_ENTRY', entry.user);
      return entry;
    },
    async ModerationDecision(id, context) {
      const viewer = context.signedIn?.userId;
      return viewer ? await models.audit.findOne({ _id: id, ...decisionsAbout(viewer).filter }).lean() : null;
    },
  };
}

export function moderationKeyedNodes({ models, accessLog, reportKeys }: NodeDependencies): Record<string, KeyedNodeFinder> {
  return {
    ModerationCase: async (key, context) => (isStaff(context) ? await models.cases.findById(key).lean() : null),
    async ContentReport(key, context) {
      const parts = /^(.+):(\d{1,15}):([0-9a-f]{16})$/.exec(key);
      if (!parts || !isStaff(context)) return null;
      const [, content, at, digest] = parts as unknown as [string, string, string, string];
      const reports = await models.reports.find({ case: content, at: new Date(Number(at)) }).lean();
      const report = reports.find((candidate) => reportKeys.isOf(digest, candidate));
      const reported = report && (await models.cases.findById(content, { author: 1 }).lean());
      if (reported?.author) await accessLog.noteAccess(context, 'MODERATION_CASE', reported.author);
      return report ? reportKeys.withKey(report) : null;
    },
  };
}
