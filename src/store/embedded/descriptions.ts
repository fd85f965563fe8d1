/** What the store says of itself and its indexes. */
import { hostname } from 'node:os';
import type { Document } from 'bson';
import { identityIndex, type Index } from './catalog.js';
import { CommandError } from './errors.js';
import { largestDocument } from './raw-document.js';

export function describeIndex(index: Index): Document {
  return {
    v: 2,
    key: index.key,
    name: index.name,
    ...(index.unique && index.name !== identityIndex ? { unique: true } : {}),
    ...(index.sparse ? { sparse: true } : {}),
    ...(index.partialFilterExpression ? { partialFilterExpression: index.partialFilterExpression } : {}),
    ...(index.expireAfterSeconds === undefined ? {} : { expireAfterSeconds: index.expireAfterSeconds }),
    ...(index.collation ? { collation: index.collation.specification } : {}),
  };
}

export function buildInfo(): Document {
  return {
    version: '7.0.0',
    versionArray: [7, 0, 0, 0],
    gitVersion: 'plaza-embedded',
    modules: [],
    bits: 64,
    maxBsonObjectSize: largestDocument,
    ok: 1,
  };
}

const parameters: Document = {
  enableTestCommands: false,
  featureCompatibilityVersion: { version: '7.0' },
  ttlMonitorEnabled: true,
};

/** The parameters that a command names, or all of them. @throws CommandError where it names none */
export function parametersOf(command: Document): Document {
  const { getParameter: wanted } = command;
  const details = wanted !== null && typeof wanted === 'object' ? (wanted as Document) : {};
  const all = wanted === '*' || details['allParameters'] === true;
  const named = Object.entries(parameters).filter(([name]) => all || Object.hasOwn(command, name));
  if (named.length === 0) throw new CommandError(72, 'no option found to get');
  return { ...Object.fromEntries(named), ok: 1 };
}

export function serverStatus(): Document {
  const { rss } = process.memoryUsage();
  const uptime = process.uptime();
  return {
    host: hostname(),
    version: buildInfo()['version'] as string,
    process: 'plaza',
    pid: process.pid,
    uptime,
    uptimeMillis: Math.round(uptime * 1000),
    localTime: new Date(),
    mem: { bits: 64, resident: Math.round(rss / 1024 / 1024) },
    storageEngine: { name: 'lmdb', supportsCommittedReads: true, persistent: true },
    ok: 1,
  };
}
