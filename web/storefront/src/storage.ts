/** A value that this browser keeps, which components and tabs share. */
import { useSyncExternalStore } from 'react';

export interface Stored<Value> {
  get: () => Value;
  set: (value: Value) => void;
  subscribe: (listener: () => void) => () => void;
}

export function stored<Value>(key: string, fallback: Value): Stored<Value> {
  const listeners = new Set<() => void>();
  const read = (): Value => {
    try {
      const text = localStorage.getItem(key);
      return text === null ? fallback : (JSON.parse(text) as Value);
    } catch {
      return fallback;
    }
  };
  let current = read();
  addEventListener('storage', (event) => {
    if (event.key !== key) return;
    current = read();
    for (const listener of listeners) listener();
  });
  return {
    get: () => current,
    set(value) {
      current = value;
      try {
        localStorage.setItem(key, JSON.stringify(value));
      } catch {
        // It lasts as long as the page.
      }
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useStored<Value>({ get, set, subscribe }: Stored<Value>): [Value, (value: Value) => void] {
  return [useSyncExternalStore(subscribe, get), set];
}
