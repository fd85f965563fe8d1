import { useSyncExternalStore } from 'react';
import { plaza } from './shop';

export function useSignedIn(): boolean {
  return useSyncExternalStore(
    (listener) => plaza.session.onChange(listener),
    () => plaza.session.signedIn,
  );
}
