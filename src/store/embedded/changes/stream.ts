/** Change streams: `$changeStream` and the stages behind it, over the log of changes. */
import { Timestamp, type Document } from 'bson';
import { compileStage, type Stage, type StageContext } from '../aggregation/stages.js';
import { nextMoment } from '../clock.js';
import { CommandError, streamEnds } from '../errors.js';
import { encodeAny, largestDocument } from '../raw-document.js';
import { isDocument, typeOf, type Value } from '../values/types.js';
import type { Entry, ChangeLog } from './log.js';
import { encodeToken, parseToken, timeOf, type Position } from './position.js';

/** What is watched: a collection, a database, or everything. */
export interface Watched {
  database: string | null;
  collection: string | null;
}

/** Finds the document as it is now. */
type LookUp = (database: string, collection: string, id: Value) => Document | null;

export interface Batch {
  events: Document[];
  /** From where to go on after this batch. */
  resumeToken: Document;
  /** What was watched is gone, and nothing will follow. */
  ended: boolean;
}

const entriesAtOnce = 256;
const step = 10;

const options = ['fullDocument', 'fullDocumentBeforeChange', 'resumeAfter', 'startAfter', 'startAtOperationTime', 'allChangesForCluster'];
const notImplemented = ['showExpandedEvents', 'showMigrationEvents', 'showSystemEvents', 'showRawUpdateDescription'];
const images = ['whenAvailable', 'required'];
const permitted = new Set([
  '$addFields',
  '$changeStreamSplitLargeEvent',
  '$match',
  '$project',
  '$redact',
  '$replaceRoot',
  '$replaceWith',
  '$set',
  '$unset',
]);

export function isChangeStream(pipeline: Value): pipeline is Document[] {
  return Array.isArray(pipeline) && isDocument(pipeline[0]) && '$changeStream' in pipeline[0];
}

/** @throws CommandError for options that are malformed or not implemented */
export function parseStream(stage: Document): Document {
  const specification = stage['$changeStream'] as Value;
  if (!isDocument(specification)) throw new CommandError(50808, `$changeStream stage expects a document as argument`);
  for (const [name, value] of Object.entries(specification) as [string, Value][]) {
    if (notImplemented.includes(name) && value) throw new CommandError(238, `${name} is not implemented`);
    if (options.includes(name) || notImplemented.includes(name) || name === 'allowToRunOnConfigDB') continue;
    throw new CommandError(40415, `BSON field '$changeStream.${name}' is an unknown field.`);
  }
  requireKnownImages(specification);
  const starts = ['resumeAfter', 'startAfter', 'startAtOperationTime'].filter((name) => specification[name] !== undefined);
  if (starts.length > 1)
    throw new CommandError(40674, `Only one type of resume option is allowed, but multiple were found: ${starts.join()}`);
  return specification;
}

function requireKnownImages({ fullDocument = 'default', fullDocumentBeforeChange = 'off' }: Document): void {
  if (!['default', 'updateLookup', ...images].includes(fullDocument as string))
    throw new CommandError(2, `Enumeration value '${String(fullDocument)}' for field '$changeStream.fullDocument' is not a valid value.`);
  if (!['off', ...images].includes(fullDocumentBeforeChange as string))
    throw new CommandError(2, `Enumeration value for field '$changeStream.fullDocumentBeforeChange' is not a valid value.`);
}

export class ChangeStream {
  private readonly stages: Stage[];
  private readonly looksUp: boolean;
  private readonly wants: { before: unknown; after: unknown };
  private position: Position;
  private ended = false;
  /** Cleared when the cursor is closed. */
  isOpen = true;
  /** There may be more to read at once. */
  isBehind = true;

  /** @throws CommandError for a malformed pipeline, and where its start is no longer known */
  constructor(
    private readonly log: ChangeLog,
    private readonly watched: Watched,
    [first, ...rest]: Document[],
    context: StageContext,
    private readonly lookUp: LookUp,
  ) {
    const specification = parseStream(first!);
    this.stages = rest.map((stage) => compilePermitted(stage, context));
    this.looksUp = specification['fullDocument'] === 'updateLookup';
    this.wants = { before: specification['fullDocumentBeforeChange'] ?? 'off', after: specification['fullDocument'] ?? 'default' };
    this.position = this.startOf(specification);
  }

  /** The next events, up to a number and the size of a message; few or none where looking for more would take long. */
  read(most: number): Batch {
    const events: Document[] = [];
    const deadline = performance.now() + step;
    let bytes = 0;
    let kind: 'event' | 'invalidate' = 'event';
    this.isBehind = true;
    // Everything before it has been appended, since commits are made in this thread, in one turn each.
    const now = nextMoment();
    while (events.length < most && !this.ended && performance.now() < deadline) {
      const entries = this.log.read(this.position, Math.min(entriesAtOnce, most - events.length));
      for (const entry of entries) {
        const told = this.tell(entry);
        const size = told.reduce((sum, event) => sum + encodeAny(event).length, 0);
        if (size > largestDocument) throw new CommandError(10334, `A change event of ${size} bytes is larger than a document may be`);
        if (events.length > 0 && bytes + size > largestDocument) return this.batch(events, kind);
        this.position = entry.position;
        bytes += size;
        events.push(...told);
        if (this.ends(entry.event)) {
          this.ended = true;
          kind = 'invalidate';
          break;
        }
      }
      this.isBehind = entries.length > 0;
      if (!this.isBehind) break;
    }
    return this.batch(events, kind, this.isBehind || this.ended ? undefined : now);
  }

  private batch(events: Document[], kind: 'event' | 'invalidate', heard?: bigint): Batch {
    return { events, resumeToken: encodeToken({ position: this.position, kind, log: this.log.id, heard }), ended: this.ended };
  }

  private startOf({ resumeAfter, startAfter, startAtOperationTime }: Document): Position {
    if (startAtOperationTime !== undefined) {
      if (!(startAtOperationTime instanceof Timestamp))
        throw new CommandError(
          14,
          `BSON field '$changeStream.startAtOperationTime' is the wrong type '${typeOf(startAtOperationTime as Value)}', expected type 'timestamp'`,
        );
      return this.log.before(startAtOperationTime.toBigInt());
    }
    const given = (resumeAfter ?? startAfter) as Value;
    if (given === undefined) return this.log.end;
    const token = parseToken(given);
    if (token.kind === 'invalidate' && resumeAfter !== undefined)
      throw new CommandError(260, 'Attempting to resume a change stream using resumeAfter is not allowed from an invalidate notification.');
    return this.log.resume(token);
  }

  /** The entry as this stream tells it: not at all, or as one event, or followed by the stream's end. */
  private tell({ position, event }: Entry): Document[] {
    if (!this.isWatched(event)) return [];
    const { operationType, ...rest } = this.withImages(event);
    const token = (kind: 'event' | 'invalidate') => encodeToken({ position, kind, log: this.log.id });
    const told = { _id: token('event'), operationType: operationType as string, clusterTime: timeOf(position), ...rest };
    if (this.looksUp && operationType === 'update') Object.assign(told, { fullDocument: this.current(event) });
    const events: Document[] = [told];
    if (this.ends(event))
      events.push({
        _id: token('invalidate'),
        operationType: 'invalidate',
        clusterTime: timeOf(position),
        wallTime: rest['wallTime'] as Date,
      });
    return events.flatMap((step) => this.throughStages(step));
  }

  /** With the documents before and after, where the stream asks for them and they are there. */
  private withImages(event: Document): Document {
    const { fullDocumentBeforeChange = null, ...told } = event;
    const { operationType, fullDocument = null } = told as { operationType: string; fullDocument?: Document };
    if (operationType === 'update') delete told['fullDocument'];
    if (operationType === 'update' && images.includes(this.wants.after as string))
      told['fullDocument'] = this.imageOf(fullDocument, this.wants.after);
    if (this.wants.before !== 'off' && ['update', 'replace', 'delete'].includes(operationType))
      told['fullDocumentBeforeChange'] = this.imageOf(fullDocumentBeforeChange as Document | null, this.wants.before);
    return told;
  }

  private imageOf(image: Document | null, wanted: unknown): Document | null {
    if (image === null && wanted === 'required')
      throw streamEnds(280, 'Change stream was configured to require an image of the document, but the image was not found.');
    return image;
  }

  private throughStages(event: Document): Document[] {
    const token = (event['_id'] as Document)['_data'] as string;
    const results = [...this.stages.reduce<Iterable<Document>>((events, stage) => stage(events), [event])];
    for (const { _id } of results) {
      if (!isDocument(_id as Value) || (_id as Document)['_data'] !== token) {
        throw streamEnds(
          280,
          'Encountered an event whose _id field, which contains the resume token, was modified by the pipeline. Modifying the _id field of an event makes it impossible to resume the stream from that point.',
        );
      }
    }
    return results;
  }

  private current({ ns, documentKey }: Document): Document | null {
    const { db, coll } = ns as { db: string; coll: string };
    return this.lookUp(db, coll, (documentKey as Document)['_id'] as Value);
  }

  private isWatched({ ns, to }: Document): boolean {
    const { database, collection } = this.watched;
    return [ns, to].some((namespace) => {
      const { db, coll } = (namespace ?? {}) as { db?: string; coll?: string };
      if (database === null) return db !== undefined && !['admin', 'config', 'local'].includes(db);
      return db === database && (collection === null || coll === collection);
    });
  }

  private ends(event: Document): boolean {
    if (this.watched.database === null || !this.isWatched(event)) return false;
    const type = event['operationType'] as string;
    return this.watched.collection === null ? type === 'dropDatabase' : type === 'drop' || type === 'rename';
  }
}

function compilePermitted(stage: Document, context: StageContext): Stage {
  const compiled = compileStage(stage, context);
  const name = Object.keys(stage)[0]!;
  if (!permitted.has(name)) throw new CommandError(20, `${name} is not permitted in a $changeStream pipeline`);
  return compiled;
}
