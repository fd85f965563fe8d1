import { Environment, RecordSource, Store } from 'relay-runtime';
import type { PlazaClient } from '@plaza/client';
import { missingFieldHandlers, plazaNetwork } from '@plaza/client/relay';

/** Make a new one when the viewer signs in or out: `plaza.session.onChange`. */
export function relayEnvironment(plaza: PlazaClient): Environment {
  return new Environment({ store: new Store(new RecordSource()), network: plazaNetwork(plaza), missingFieldHandlers });
}
