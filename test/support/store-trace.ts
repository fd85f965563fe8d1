/** What requests ask of the store, and nothing that goes on beside them. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestListener } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type mongoose from 'mongoose';

type Client = mongoose.mongo.MongoClient;
export type Command = Record<string, unknown>;

/** The driver's own: what it is to a server of the store. */
interface Server {
  command(...args: unknown[]): Promise<unknown>;
}

/**
 * Hands answers over in rounds: none before all that were asked for have come. So which loads meet in one batch
 * depends on the request alone, and not on which answer happens to come first.
 */
class Rounds {
  private asked = 0;
  private answered: (() => void)[] = [];

  async answerOf(command: () => Promise<unknown>): Promise<unknown> {
    this.asked++;
    try {
      return await command();
    } finally {
      await new Promise<void>((resolve) => {
        this.answered.push(resolve);
        void this.endRound();
      });
    }
  }

  private async endRound(): Promise<void> {
    // Whoever is about to ask something does it by then.
    await setImmediate();
    if (this.answered.length < this.asked) return;
    this.asked = 0;
    for (const resolve of this.answered.splice(0)) resolve();
  }
}

export class StoreTrace {
  private readonly ofRequest = new AsyncLocalStorage<Rounds>();
  private rounds: Rounds | null = null;

  /** Call it before the server listens. */
  watch({ server }: FastifyInstance): void {
    const listeners = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request').on('request', (request, response) => {
      const answer = (): void => listeners.forEach((listener) => listener(request, response));
      if (this.rounds) this.ofRequest.run(this.rounds, answer);
      else answer();
    });
  }

  /** @returns the commands that the store got for the requests of the work, in order */
  async commandsOf(client: Client, work: () => Promise<unknown>): Promise<Command[]> {
    const rounds = (this.rounds = new Rounds());
    const commands: Command[] = [];
    const note = ({ command }: { command: Command }): void => {
      if (this.ofRequest.getStore() === rounds) commands.push(command);
    };
    const servers = serversOf(client);
    for (const server of servers) {
      const ask = Object.getPrototypeOf(server).command as Server['command'];
      server.command = (...args) => {
        const command = () => ask.apply(server, args);
        return this.rounds && this.ofRequest.getStore() === rounds ? rounds.answerOf(command) : command();
      };
    }
    client.on('commandStarted', note);
    try {
      await work();
    } finally {
      this.rounds = null;
      client.off('commandStarted', note);
      for (const server of servers) delete (server as Partial<Server>).command;
    }
    return commands;
  }
}

function serversOf(client: Client): Server[] {
  const { topology } = client as unknown as { topology: { s: { servers: Map<string, Server> } } };
  return [...topology.s.servers.values()];
}
