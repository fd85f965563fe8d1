/** Runs one test of MongoDB's unified test format with the driver against a server. */
import { EJSON, type Document } from 'bson';
import mongoose from 'mongoose';
import { mismatch, show, type Entities } from './matching.js';
import { operations, type Operation, type Target } from './operations.js';

const { MongoClient } = mongoose.mongo;
type MongoClient = mongoose.mongo.MongoClient;
type ClientSession = mongoose.mongo.ClientSession;

export interface Specification {
  description: string;
  runOnRequirements?: Document[];
  createEntities?: Document[];
  initialData?: CollectionData[];
  tests: SpecificationTest[];
}

export interface SpecificationTest {
  description: string;
  skipReason?: string;
  runOnRequirements?: Document[];
  operations: Operation[];
  expectEvents?: Document[];
  outcome?: CollectionData[];
}

interface CollectionData {
  databaseName: string;
  collectionName: string;
  documents: Document[];
}

export interface Server {
  uri: string;
  admin: MongoClient;
  version: string;
  clearFaults(): void;
}

/** A command event of the driver, by the name the format gives it. */
interface CommandEvent {
  kind: 'commandStartedEvent' | 'commandSucceededEvent' | 'commandFailedEvent';
  commandName: string;
  event: Document;
}

/** Commands that the driver hides from monitoring, or that are none of a test's business. */
const unobserved = new Set(['configureFailPoint', 'hello', 'ismaster', 'isMaster', 'ping', 'endSessions', 'killCursors']);

export function parseSpecification(text: string): Specification {
  return EJSON.deserialize(JSON.parse(text) as Document, { relaxed: true }) as Specification;
}

/** Why a test is not for this server, or null where it is. */
export function unmet(requirements: Document[] | undefined, version: string): string | null {
  if (!requirements || requirements.length === 0) return null;
  const met = requirements.some((one) => {
    const { minServerVersion, maxServerVersion, topologies, auth, csfle } = one as Record<string, string> & { topologies?: string[] };
    if (minServerVersion && compareVersions(version, minServerVersion) < 0) return false;
    if (maxServerVersion && compareVersions(version, maxServerVersion) > 0) return false;
    if (topologies && !topologies.includes('replicaset')) return false;
    return !auth && !csfle;
  });
  return met ? null : show(requirements);
}

function compareVersions(one: string, other: string): number {
  const numbers = (version: string): number[] => version.split('.').map(Number);
  const [first, second] = [numbers(one), numbers(other)];
  for (let at = 0; at < 3; at++) {
    const difference = (first[at] ?? 0) - (second[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export class Run {
  readonly entities: Entities = new Map();
  private readonly clients = new Map<
    string,
    { client: MongoClient; events: CommandEvent[]; observed: Set<string>; ignored: Set<string> }
  >();
  private readonly sessions: ClientSession[] = [];
  /** The codes of everything the server refused during the test. */
  readonly refusals = new Set<number>();

  constructor(private readonly server: Server) {}

  /** A client beside those of the test. */
  get admin(): MongoClient {
    return this.server.admin;
  }

  /** How the driver's commands differ from the specification, where the test has run through. */
  readonly otherCommands: string[] = [];

  /** @throws Error that says what of the answers and the data differs from the specification */
  async test({ createEntities, initialData }: Specification, test: SpecificationTest): Promise<void> {
    try {
      for (const data of initialData ?? []) await this.prepare(data);
      for (const entity of createEntities ?? []) await this.create(entity);
      for (const operation of test.operations) await this.perform(operation);
      await this.endSessions();
      for (const expected of test.expectEvents ?? []) this.compareEvents(expected);
      for (const data of test.outcome ?? []) await this.requireOutcome(data);
    } finally {
      this.server.clearFaults();
      await this.endSessions();
      for (const { client } of this.clients.values()) await client.close();
    }
  }

  private async prepare({ databaseName, collectionName, documents }: CollectionData): Promise<void> {
    const database = this.server.admin.db(databaseName);
    await database.dropCollection(collectionName);
    await database.createCollection(collectionName);
    if (documents.length > 0) await database.collection(collectionName).insertMany(documents);
  }

  async create(entity: Document): Promise<void> {
    const [kind, settings] = Object.entries(entity)[0] as [string, Document];
    const id = settings['id'] as string;
    if (kind === 'client') return this.createClient(id, settings);
    this.entities.set(id, this.entity(kind, settings));
  }

  private entity(kind: string, settings: Document): unknown {
    if (kind === 'database') {
      const { client, databaseName, databaseOptions } = settings as { client: string; databaseName: string; databaseOptions?: object };
      return (this.entities.get(client) as MongoClient).db(databaseName, databaseOptions);
    }
    if (kind === 'collection') {
      const { database, collectionName, collectionOptions } = settings as {
        database: string;
        collectionName: string;
        collectionOptions?: object;
      };
      return (this.entities.get(database) as mongoose.mongo.Db).collection(collectionName, collectionOptions);
    }
    if (kind !== 'session') throw new Error(`the runner knows no entity ${kind}`);
    const { client, sessionOptions } = settings as { client: string; sessionOptions?: object };
    const session = (this.entities.get(client) as MongoClient).startSession({ ...sessionOptions });
    this.sessions.push(session);
    return session;
  }

  private async createClient(id: string, settings: Document): Promise<void> {
    const options = { ...(settings['uriOptions'] as Document | undefined) };
    delete options['directConnection'];
    const client = new MongoClient(this.server.uri, { monitorCommands: true, ...options });
    const events: CommandEvent[] = [];
    const observed = new Set((settings['observeEvents'] ?? []) as string[]);
    const ignored = new Set((settings['ignoreCommandMonitoringEvents'] ?? []) as string[]);
    const note = (kind: CommandEvent['kind']) => (event: { commandName: string }) => {
      events.push({ kind, commandName: event.commandName, event: event });
    };
    client.on('commandStarted', note('commandStartedEvent'));
    client.on('commandSucceeded', note('commandSucceededEvent'));
    client.on('commandFailed', note('commandFailedEvent'));
    client.on('commandFailed', ({ failure }) => this.noteRefusal(failure as unknown as Document));
    client.on('commandSucceeded', ({ reply }) => this.noteRefusals(reply as Document));
    this.clients.set(id, { client, events, observed, ignored });
    this.entities.set(id, client);
    await client.connect();
  }

  private noteRefusal(failure: Document): void {
    if (failure['code'] !== undefined) this.refusals.add(Number(failure['code']));
  }

  private noteRefusals(reply: Document | null): void {
    for (const error of (reply?.['writeErrors'] ?? []) as Document[]) this.noteRefusal(error);
    const batch = (reply?.['cursor'] as Document | undefined)?.['firstBatch'] as Document[] | undefined;
    for (const error of batch ?? []) if (error['ok'] === 0) this.noteRefusal(error);
  }

  /** The started commands of a client, for assertions about sessions. */
  startedCommands(client: string): Document[] {
    return this.clients
      .get(client)!
      .events.filter(({ kind, commandName }) => kind === 'commandStartedEvent' && !unobserved.has(commandName))
      .map(({ event }) => event['command'] as Document);
  }

  /** An operation in the callback of a transaction, which fails with it. */
  async performWithin(operation: Operation): Promise<void> {
    const error = await this.perform(operation);
    if (error) throw error as Error;
  }

  /** @returns the error that the operation was expected to fail with */
  async perform(operation: Operation): Promise<unknown> {
    const run = operations[operation.name];
    if (!run) throw new Error(`the runner knows no operation ${operation.name}`);
    const target = this.entities.get(operation.object) as Target;
    let outcome: { result?: unknown; error?: unknown };
    try {
      outcome = { result: await run(target, this.resolve(operation), this) };
    } catch (error) {
      outcome = { error };
    }
    if (operation.ignoreResultAndError) return undefined;
    if (operation.expectError) {
      this.requireError(operation, outcome.error);
      return outcome.error;
    }
    if (outcome.error) throw outcome.error as Error;
    if (operation.expectResult !== undefined) {
      const problem = mismatch(operation.expectResult, outcome.result, this.entities);
      if (problem) throw new Error(`${operation.name}: ${problem}`);
    }
    if (operation.saveResultAsEntity) this.entities.set(operation.saveResultAsEntity, outcome.result);
    return undefined;
  }

  private resolve(operation: Operation): Document {
    const given = { ...operation.arguments };
    if (typeof given['returnDocument'] === 'string') given['returnDocument'] = given['returnDocument'].toLowerCase();
    if (typeof given['session'] === 'string') given['session'] = this.entities.get(given['session']);
    return given;
  }

  private requireError({ name, expectError }: Operation, error: unknown): void {
    if (!error) throw new Error(`${name} succeeded`);
    const failure = error as Error & { code?: number; codeName?: string; hasErrorLabel?(label: string): boolean; result?: unknown };
    const { errorContains, errorCode, errorCodeName, errorLabelsContain, errorLabelsOmit, expectResult, errorResponse } = expectError!;
    const expectations: [boolean, string][] = [
      [!errorContains || failure.message.toLowerCase().includes(String(errorContains).toLowerCase()), `contain ${errorContains}`],
      [errorCode === undefined || failure.code === errorCode, `have code ${errorCode}`],
      [errorCodeName === undefined || failure.codeName === errorCodeName, `have code name ${errorCodeName}`],
      [(errorLabelsContain ?? []).every((label) => failure.hasErrorLabel?.(label)), `have labels ${errorLabelsContain?.join()}`],
      [!(errorLabelsOmit ?? []).some((label) => failure.hasErrorLabel?.(label)), `not have labels ${errorLabelsOmit?.join()}`],
    ];
    const missed = expectations.find(([holds]) => !holds);
    if (missed) throw new Error(`${name} failed with '${failure.message}' (${failure.code}), which should ${missed[1]}`, { cause: error });
    const problem =
      mismatchOf(errorResponse, (error as { errorResponse?: unknown }).errorResponse, this.entities) ??
      mismatchOf(expectResult, partialResult(failure), this.entities);
    if (problem) throw new Error(`${name} failed otherwise: ${problem}`, { cause: error });
  }

  private async endSessions(): Promise<void> {
    for (const session of this.sessions) await session.endSession();
  }

  private compareEvents(expected: Document): void {
    try {
      this.requireEvents(expected);
    } catch (error) {
      this.otherCommands.push((error as Error).message);
    }
  }

  private requireEvents({ client: id, events: expected, eventType = 'command', ignoreExtraEvents }: Document): void {
    if (eventType !== 'command') return;
    const { events, observed, ignored } = this.clients.get(id as string)!;
    const seen = events.filter(
      ({ kind, commandName }) =>
        observed.has(kind) && !ignored.has(commandName) && (!unobserved.has(commandName) || observed.has(commandName)),
    );
    const wanted = expected as Document[];
    if (ignoreExtraEvents ? seen.length < wanted.length : seen.length !== wanted.length) {
      throw new Error(`${seen.length} events, not ${wanted.length}: ${seen.map((one) => `${one.kind} ${one.commandName}`).join(', ')}`);
    }
    wanted.forEach((one, at) => {
      const [kind, fields] = Object.entries(one)[0] as [string, Document];
      if (seen[at]!.kind !== kind) throw new Error(`event ${at} is ${seen[at]!.kind}, not ${kind}`);
      const { hasServiceId: _service, hasServerConnectionId: _connection, command, reply, ...rest } = fields;
      const { event } = seen[at]!;
      const problem =
        mismatch(rest, event, this.entities, `event ${at}`) ??
        (command && mismatch(command, event['command'], this.entities, `event ${at}'s command`)) ??
        (reply && mismatch(reply, event['reply'], this.entities, `event ${at}'s reply`));
      if (problem) throw new Error(String(problem));
    });
  }

  private async requireOutcome({ databaseName, collectionName, documents }: CollectionData): Promise<void> {
    const stored = await this.server.admin.db(databaseName).collection(collectionName).find().sort({ _id: 1 }).toArray();
    const problem = mismatchOfAll(documents, stored, this.entities);
    if (problem) throw new Error(`${collectionName} holds something else: ${problem}`);
  }
}

function mismatchOfAll(documents: Document[], stored: Document[], entities: Entities): string | null {
  if (documents.length !== stored.length) return `${show(stored)}, not ${show(documents)}`;
  for (let at = 0; at < documents.length; at++) {
    const problem = mismatch(documents[at], stored[at], entities, `[${at}]`, false);
    if (problem) return problem;
  }
  return null;
}

function mismatchOf(expected: unknown, actual: unknown, entities: Entities): string | null {
  return expected === undefined ? null : mismatch(expected, actual, entities);
}

function partialResult(failure: { result?: unknown; partialResult?: unknown }): unknown {
  return failure.partialResult ?? failure.result ?? {};
}
