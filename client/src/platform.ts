/**
 * What a browser offers beyond `fetch`. Each may be missing: where pages are rendered on a server, in a private window,
 * or on a page without https.
 */
export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

interface BrowserNavigator {
  locks?: { request<Result>(name: string, work: () => Promise<Result>): Promise<Result> };
  sendBeacon?: (url: string, body: Blob) => boolean;
}

type Listener = (event: { key?: string | null; newValue?: string | null }) => void;

interface SeenEntry {
  target: object;
  isIntersecting: boolean;
}

export interface ElementObserver {
  observe(element: object): void;
  unobserve(element: object): void;
  disconnect(): void;
}

interface BrowserGlobals {
  navigator?: BrowserNavigator;
  localStorage?: KeyValueStorage;
  document?: { visibilityState: string; addEventListener(type: string, listener: Listener): void };
  addEventListener?: (type: string, listener: Listener) => void;
  removeEventListener?: (type: string, listener: Listener) => void;
  IntersectionObserver?: new (onSeen: (entries: SeenEntry[]) => void, options: { threshold: number }) => ElementObserver;
  location?: { href: string };
  WebSocket?: unknown;
}

export const browser = globalThis as unknown as BrowserGlobals;

/** The browser’s storage, or null where it is missing or blocked. */
export function localStorage(): KeyValueStorage | null {
  try {
    return browser.localStorage ?? null;
  } catch {
    return null;
  }
}

/** Writes, unless the storage is full or blocked. */
export function store(storage: KeyValueStorage | null, key: string, value: string | null): void {
  try {
    if (value === null) storage?.removeItem(key);
    else storage?.setItem(key, value);
  } catch {
    // What cannot be kept is kept in memory alone.
  }
}

/** Runs the work while no other tab runs any under the same name. Without locks, it just runs. */
export function exclusively<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const locks = browser.navigator?.locks;
  return locks ? locks.request(name, work) : work();
}

/** @returns stops listening */
export function onWindow(type: string, listener: Listener): () => void {
  browser.addEventListener?.(type, listener);
  return () => browser.removeEventListener?.(type, listener);
}

/** A timer that keeps no Node process alive. */
export function later(work: () => void, milliseconds: number): () => void {
  const timer = setTimeout(work, Math.min(milliseconds, 2 ** 31 - 1)) as unknown as { unref?: () => void };
  timer.unref?.();
  return () => clearTimeout(timer as never);
}

/** Waits, or until something else ends the waiting. */
export function pause(milliseconds: number, ...until: ((end: () => void) => () => void)[]): Promise<void> {
  return new Promise((resolve) => {
    const undo: (() => void)[] = [];
    const end = (): void => {
      undo.forEach((stop) => stop());
      resolve();
    };
    undo.push(later(end, milliseconds), ...until.map((subscribe) => subscribe(end)));
  });
}

/** The whole address of one that may be relative to the page. */
export function absolute(url: string): string {
  return new URL(url, browser.location?.href).href;
}
