/** What the playground keeps in the browser: edits of examples, and what was run. */
import type { Operation } from './operations.ts';

export interface HistoryEntry extends Operation {
  exampleId: string;
  title: string;
  at: string;
  account: string | null;
}

const maxHistory = 50;
const editsKey = 'plaza-playground-edits';
const historyKey = 'plaza-playground-history';

function read<Value>(key: string, fallback: Value): Value {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? 'null') as Value | null) ?? fallback;
  } catch {
    return fallback;
  }
}

export function editOf(exampleId: string): Operation | undefined {
  return read<Record<string, Operation>>(editsKey, {})[exampleId];
}

/** @param edit null forgets it */
export function keepEdit(exampleId: string, edit: Operation | null): void {
  const { [exampleId]: _before, ...others } = read<Record<string, Operation>>(editsKey, {});
  localStorage.setItem(editsKey, JSON.stringify(edit ? { ...others, [exampleId]: edit } : others));
}

export function history(): HistoryEntry[] {
  return read<HistoryEntry[]>(historyKey, []);
}

export function addToHistory(entry: HistoryEntry): HistoryEntry[] {
  const same = (other: HistoryEntry): boolean => other.query === entry.query && other.variables === entry.variables;
  const entries = [entry, ...history().filter((other) => !same(other))].slice(0, maxHistory);
  localStorage.setItem(historyKey, JSON.stringify(entries));
  return entries;
}

export function clearHistory(): void {
  localStorage.removeItem(historyKey);
}
