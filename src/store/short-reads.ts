/** Reads in the process that hosts the store. */

/** A command's fields, its name first. */
export type Command = Record<string, unknown>;
export type Stored = Record<string, unknown>;

/** Null stands for a read that is left to the driver, since it may take long or something is wrong with it. */
export interface ShortReads {
  find(command: Command): Stored[] | null;
  count(command: Command): number | null;
}

/** Of the latest data. */
export interface LocalReads extends ShortReads {
  snapshot(): ReadSnapshot;
}

/** Of one state of the data. */
export interface ReadSnapshot extends ShortReads {
  /** How often had been committed at least; null where it cannot be read from. */
  readonly commits: number | null;
  /** Becomes the latest state, where all that has been read is the same in it. */
  moveOn(): void;
  close(): void;
}
