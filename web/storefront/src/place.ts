/** Where the reader of a page was, so that the way back, a reload and a link into a page lead there, also while content still comes. */
import { plainPart } from './address';

const key = 'plaza.places';
/** So many pages of the history are remembered. */
const maxPlaces = 50;
/** What comes later moves nobody any more, in milliseconds. */
const arrivalTimeout = 10_000;
/** What a reader moves a page with. */
const moves = ['wheel', 'touchstart', 'pointerdown', 'keydown'];

const places = new Map<string, number>(read());
const listeners = new Set<() => void>();
let entry = nameEntry();
let goal: number | null = places.get(entry) ?? null;
let release = (): void => {};

history.scrollRestoration = 'manual';
addEventListener('scroll', () => goal === null && remember(), { passive: true });
addEventListener('pagehide', () => {
  try {
    sessionStorage.setItem(key, JSON.stringify([...places].slice(-maxPlaces)));
  } catch {
    // The way back from another site begins at the top.
  }
});
// The router announces what it does with the history.
addEventListener('pushState', () => move(null));
addEventListener('replaceState', () => (entry = nameEntry(entry)));
addEventListener('popstate', () => {
  const known = entryOf(history.state);
  // A link into the same page has no place yet, and has moved the page already.
  if (known) move(places.get(known) ?? 0);
  else move(null, { moved: true });
});

/** The entry of the history that is shown, by a name that is its own. */
export const currentEntry = {
  get: (): string => entry,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** Whether the reader is on the way to a place in the page, for which all that is above it has to be there. */
export const isUnderway = (): boolean => Boolean(goal) || location.hash.length > 1;

/** Brings the reader to their place, and keeps them there while content comes, until they move themselves. */
export function arrive(): void {
  release();
  const wanted = goal;
  if (wanted === null && !location.hash) {
    scrollTo(0, 0);
    return;
  }
  const go = (): void => {
    if (wanted === null) targetOf(location.hash)?.scrollIntoView();
    else scrollTo(0, wanted);
  };
  const observer = new ResizeObserver(go);
  const timer = setTimeout(() => settle(), arrivalTimeout);
  release = () => {
    release = () => {};
    observer.disconnect();
    clearTimeout(timer);
    for (const type of moves) removeEventListener(type, settle);
  };
  for (const type of moves) addEventListener(type, settle, { passive: true });
  observer.observe(document.body);
  go();
}

/** The reader stays where they are. */
function settle(): void {
  release();
  goal = null;
  remember();
}

function move(next: number | null, { moved = false } = {}): void {
  if (!moved && goal === null) remember();
  release();
  entry = nameEntry();
  goal = next;
  for (const listener of listeners) listener();
}

function remember(): void {
  places.delete(entry);
  places.set(entry, scrollY);
}

const targetOf = (hash: string): Element | null => document.getElementById(plainPart(hash.slice(1)));

function entryOf(state: unknown): string | null {
  return (state as { entry?: string } | null)?.entry ?? null;
}

/** @param name for an entry that has none, such as one that was replaced */
function nameEntry(name: string = crypto.randomUUID()): string {
  const known = entryOf(history.state);
  if (known) return known;
  history.replaceState({ ...(history.state as object | null), entry: name }, '');
  return name;
}

function read(): [string, number][] {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? '[]') as [string, number][];
  } catch {
    return [];
  }
}
