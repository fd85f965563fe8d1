/** Says which topics have news. It carries no data: whoever hears it reads the event log. */
import { EventEmitter } from 'node:events';

export class Announcements {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  announce(topics: Iterable<string>): void {
    for (const topic of new Set(topics)) this.emitter.emit(topic);
  }

  /** Calls back whenever the topic has news; the answer ends that. */
  listen(topic: string, wake: () => void): () => void {
    this.emitter.on(topic, wake);
    return () => this.emitter.off(topic, wake);
  }
}

export const announcements = new Announcements();
