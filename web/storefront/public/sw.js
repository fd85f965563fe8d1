/**
 * Keeps the app, the pictures and what was last read, for when there is no network, and shows notifications. The page
 * says when somebody signs in or out, and what was read is forgotten then: nothing of one person is left for the next one
 * on this device.
 */
const build = { name: 'development', files: [] };
const app = `plaza-app-${build.name}`;
const files = 'plaza-files-1';
const data = 'plaza-data-1';
const shown = 'plaza-shown-1';
const maxKept = 200;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(app)
      .then((cache) => cache.addAll(['/', '/icon.svg', '/manifest.webmanifest', ...build.files]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  const old = (names) => Promise.all(names.filter((name) => ![app, files, data, shown].includes(name)).map((name) => caches.delete(name)));
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
  if (request.mode === 'navigate') {
    if (!ofOthers.test(url.pathname)) event.respondWith(page(request));
  } else if (request.method === 'GET' && /^\/(assets|images)\/|^\/icon\.svg$/.test(url.pathname)) event.respondWith(file(request, event));
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
  // The browser asks for the same file with an `Origin` and without one.
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) event.waitUntil(keep(files, request, response.clone()));
  return response;
}

/** What the console and the playground read is for people who work here, and is not kept. */
const ofOthers = /^\/(console|docs|playground)(\/|$)/;

/** A query’s answer from the network; without it, the last one. */
async function query(request, event) {
  const client = await self.clients.get(event.clientId);
  if (client && ofOthers.test(new URL(client.url).pathname)) return fetch(request);
  const text = await request.clone().text();
  const isQuery = /^\{"(operationName|variables|query|extensions)"/.test(text) && /"query":"\s*(query|fragment|\{)/.test(text);
  if (!isQuery) return fetch(request);
  const key = new Request(`/graphql?offline=${await digest(text)}`);
  try {
    const response = await fetch(request);
    client?.postMessage('online');
    if (response.ok) event.waitUntil(keep(data, key, response.clone()));
    return response;
  } catch (error) {
    client?.postMessage('offline');
    const kept = await caches.match(key);
    if (kept) return kept;
    throw error;
  }
}

async function keep(name, key, response, max = maxKept) {
  const cache = await caches.open(name);
  await cache.put(key, response);
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - max)).map((old) => cache.delete(old)));
}

async function digest(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(bytes.slice(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

self.addEventListener('push', (event) => {
  if (event.data) event.waitUntil(show(event.data.json()));
});

/**
 * A message may come twice, and is shown once; it is shown even where nothing can be kept. The latest about one thing takes
 * the place of those before.
 */
async function show({ id, tag, title, body, url, at, language }) {
  const key = new Request(`/push/${id}`);
  if (await caches.match(key, { cacheName: shown })) return;
  const icon = '/icon-192.png';
  await self.registration.showNotification(title, {
    ...{ body, tag, icon, badge: icon, renotify: true, lang: language },
    timestamp: Date.parse(at),
    data: { url },
  });
  await keep(shown, key, new Response(''), 100);
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.url));
});

/** In a window of the shop where one is open. */
async function open(url) {
  const windows = await self.clients.matchAll({ type: 'window' });
  const own = new URL(url).origin === location.origin && windows[0];
  if (!own) return self.clients.openWindow(url);
  await own.focus();
  return own.navigate(url);
}
