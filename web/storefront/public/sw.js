/**
 * Keeps the app, the pictures and what was last read, for when there is no network. The page says when somebody signs in
 * or out, and what was read is forgotten then: nothing of one person is left for the next one on this device.
 */
const app = 'plaza-app-1';
const files = 'plaza-files-1';
const data = 'plaza-data-1';
const maxKept = 200;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(app)
      .then((cache) => cache.addAll(['/', '/icon.svg', '/manifest.webmanifest']))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  const old = (names) => Promise.all(names.filter((name) => ![app, files, data].includes(name)).map((name) => caches.delete(name)));
  event.waitUntil(
    caches
      .keys()
      .then(old)
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('message', (event) => {
  if (event.data === 'forget') event.waitUntil(caches.delete(data));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else if (request.method === 'GET' && /^\/(assets|images)\/|^\/icon\.svg$/.test(url.pathname)) event.respondWith(file(request, event));
  else if (request.method === 'POST' && url.pathname === '/graphql' && !request.headers.get('accept')?.includes('text/event-stream'))
    event.respondWith(query(request, event));
});

/** A page from the network; without it, the app’s own page, which shows what it has kept. */
async function page(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match('/')) ?? Response.error();
  }
}

/** What has its content in its name is never asked for twice. */
async function file(request, event) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) event.waitUntil(keep(files, request, response.clone()));
  return response;
}

/** A query’s answer from the network; without it, the last one. */
async function query(request, event) {
  const text = await request.clone().text();
  const isQuery = /^\{"(operationName|variables|query|extensions)"/.test(text) && /"query":"\s*(query|fragment|\{)/.test(text);
  if (!isQuery) return fetch(request);
  const key = new Request(`/graphql?offline=${await digest(text)}`);
  try {
    const response = await fetch(request);
    if (response.ok) event.waitUntil(keep(data, key, response.clone()));
    return response;
  } catch (error) {
    const kept = await caches.match(key);
    if (kept) return kept;
    throw error;
  }
}

async function keep(name, key, response) {
  const cache = await caches.open(name);
  await cache.put(key, response);
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - maxKept)).map((old) => cache.delete(old)));
}

async function digest(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(bytes.slice(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
