/** What goes wrong on purpose. Each fault strikes, lasts, and is made good again. */
import { setTimeout as pause } from 'node:timers/promises';
import type { System } from './system.js';

export interface Fault {
  name: string;
  /** What it strikes: two faults of one part do not strike at once. */
  part: string;
  /** Whether the store needs a disk of its own for it. */
  needsDisk?: boolean;
  /** @param random from 0 to 1 */
  strike: (system: System, random: () => number) => Promise<void>;
}

/** How far a clock is set, in milliseconds: what is due by such a clock comes that much later at most. */
const furthestStep = 60_000;

/** Milliseconds that a fault lasts. */
const lasting = (random: () => number): number => 300 + random() * 1700;
const oneOf = (random: () => number): number => (random() < 0.5 ? 0 : 1);

async function during(random: () => number, begin: () => unknown, end: () => unknown): Promise<void> {
  await begin();
  await pause(lasting(random));
  await end();
}

function whileAnswering({ receiver }: System, random: () => number, how: System['receiver']['answer']): Promise<void> {
  const { answer } = receiver;
  return during(
    random,
    () => (receiver.answer = how),
    () => (receiver.answer = answer),
  );
}

export const faults: readonly Fault[] = [
  {
    name: 'an API process is killed',
    part: 'api',
    async strike(system, random) {
      const at = oneOf(random);
      await during(
        random,
        () => system.killApi(at),
        () => system.startApi(at),
      );
    },
  },
  {
    name: 'an API process stands still',
    part: 'api',
    async strike(system, random) {
      const thaw = system.freezeApi(oneOf(random));
      await pause(lasting(random));
      thaw();
    },
  },
  {
    name: 'the store is killed',
    part: 'store',
    strike: (system, random) =>
      during(
        random,
        () => system.killStore(),
        () => system.startStore(),
      ),
  },
  {
    name: 'the store stands still',
    part: 'store',
    async strike(system, random) {
      const thaw = system.freezeStore();
      await pause(lasting(random));
      thaw();
    },
  },
  {
    name: 'connections to the store are cut',
    part: 'line to the store',
    async strike(system, random) {
      for (let times = 1 + Math.floor(random() * 4); times > 0; times--) {
        system.storeDoor.cut();
        await pause(lasting(random) / 4);
      }
    },
  },
  {
    name: 'nothing arrives at the store',
    part: 'line to the store',
    strike: (system, random) =>
      during(
        random,
        () => system.storeDoor.hold(),
        () => system.storeDoor.release(),
      ),
  },
  {
    name: 'the store is far away',
    part: 'line to the store',
    strike: (system, random) =>
      during(
        random,
        () => system.storeDoor.slowDown(5 + random() * 40),
        () => system.storeDoor.slowDown(0),
      ),
  },
  {
    name: 'the store has gone from its connections without a word',
    part: 'line to the store',
    async strike(system, random) {
      system.storeDoor.abandon();
      await pause(lasting(random));
    },
  },
  {
    name: 'the disk of the store is full',
    part: 'store',
    needsDisk: true,
    strike: (system, random) =>
      during(
        random,
        () => system.fillDisk(),
        () => system.emptyDisk(),
      ),
  },
  {
    name: 'a clock is set',
    part: 'clock',
    async strike(system, random) {
      const clock = (['api 0', 'api 1', 'store'] as const)[Math.floor(random() * 3)]!;
      await during(
        random,
        () => system.setClock(clock, Math.round((random() * 2 - 1) * furthestStep)),
        () => system.setClock(clock, 0),
      );
    },
  },
  {
    name: 'Redis is killed',
    part: 'Redis',
    strike: (system, random) =>
      during(
        random,
        () => system.killRedis(),
        () => system.startRedis(),
      ),
  },
  {
    name: 'Redis cannot be reached',
    part: 'line to Redis',
    strike: (system, random) =>
      during(
        random,
        () => system.redisDoor.shut(),
        () => system.redisDoor.reopen(),
      ),
  },
  {
    name: 'nothing arrives at Redis',
    part: 'line to Redis',
    strike: (system, random) =>
      during(
        random,
        () => system.redisDoor.hold(),
        () => system.redisDoor.release(),
      ),
  },
  {
    name: 'the receiver of webhooks is away',
    part: 'receiver',
    strike: (system, random) =>
      during(
        random,
        () => system.receiver.stop(),
        () => system.receiver.start(),
      ),
  },
  {
    name: 'Redis has gone from its connections without a word',
    part: 'line to Redis',
    async strike(system, random) {
      system.redisDoor.abandon();
      await pause(lasting(random));
    },
  },
  {
    name: 'the receiver of webhooks takes them and says nothing',
    part: 'receiver',
    strike: (system, random) => whileAnswering(system, random, () => {}),
  },
  {
    name: 'the receiver of webhooks fails',
    part: 'receiver',
    strike: (system, random) => whileAnswering(system, random, (_message, response) => void response.writeHead(500).end()),
  },
  {
    name: 'the mail server is away',
    part: 'mail',
    strike: (system, random) =>
      during(
        random,
        () => system.mail.stop(),
        () => system.mail.start(),
      ),
  },
  {
    name: 'the mail server takes long',
    part: 'mail',
    async strike(system, random) {
      const { onStage } = system.mail;
      const waiting = pause(lasting(random));
      system.mail.onStage = () => waiting;
      await waiting;
      system.mail.onStage = onStage;
    },
  },
  {
    name: 'the mail server refuses',
    part: 'mail',
    async strike(system, random) {
      system.mail.refusals = 1 + Math.floor(random() * 3);
      await pause(lasting(random));
    },
  },
];
