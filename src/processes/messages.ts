/** What the processes of one server say to each other, through the one that started them. */

/** To the process that started them. */
export type ToPrimary =
  | { plaza: 'started' }
  | { plaza: 'ready' }
  | { plaza: 'announce'; topics: string[] }
  | { plaza: 'metrics'; id: number }
  | { plaza: 'agree'; id: number; place: string; longest: number }
  | { plaza: 'caughtUp'; id: number };

/** To one of the others. */
export type ToMember =
  | { plaza: 'begin'; storeUri: string | null; isFirst: boolean }
  | { plaza: 'stop' }
  | { plaza: 'announce'; topics: string[] }
  | { plaza: 'metrics'; id: number; text: string }
  | { plaza: 'agreed'; id: number }
  | { plaza: 'catchUp'; id: number; place: string };

/** Libraries send messages of their own. */
export function isOurs<Message extends { plaza: string }>(message: unknown): message is Message {
  return typeof message === 'object' && message !== null && 'plaza' in message;
}
