/** Whether the shop can be reached: what the browser says, and what the service worker sees when it answers from what it kept. */
const listeners = new Set<() => void>();
let online = navigator.onLine;

function change(isOnline: boolean): void {
  if (online === isOnline) return;
  online = isOnline;
  for (const listener of listeners) listener();
}

addEventListener('online', () => change(true));
addEventListener('offline', () => change(false));
navigator.serviceWorker?.addEventListener('message', ({ data }) => {
  if (data === 'online' || data === 'offline') change(data === 'online');
});

export const network = {
  get online(): boolean {
    return online;
  },
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
