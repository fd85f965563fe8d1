/** What the server writes into the page. */
const meta = (name: string): string => document.querySelector<HTMLMetaElement>(`meta[name="plaza-${name}"]`)?.content ?? '';

/** Styles of the editors are allowed by it. */
export const nonce = meta('nonce');
/** Whether the demo shop's accounts are there. */
export const isDemo = meta('demo') === 'true';
export const endpoint = '/graphql';
