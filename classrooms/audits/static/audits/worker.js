/* Keeps the page of a count, and the files it is made of, for a reload without a network.
   It minds the pages under its own address only; the network always comes first. */

const CACHE = "escale-counts-1";
const COUNT = /\/compter\/[0-9a-f-]{36}\/$/;
const MARKED = /\.[0-9a-f]{12}\.\w+$/;
const PATIENCE = 4000;
/* What the city answers to somebody who may not see the count that another person kept here. */
const REFUSED = new Set([401, 403, 404]);

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("escale-counts-") && name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("message", (event) => {
  const { keep, files, forget } = event.data;
  event.waitUntil(
    caches.open(CACHE).then(async (cache) => {
      if (forget) return cache.delete(forget);
      await Promise.all(files.map((name) => cache.add(name).catch(() => null)));
      return page(cache, keep);
    }),
  );
});

/* Ask for a page, and keep it if it is really that page: not the one where one signs in. */
async function page(cache, address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (answer.ok && !answer.redirected) await cache.put(address, answer.clone());
  else if (answer.status < 500) await cache.delete(address);
  return answer;
}

function patient(answer) {
  return Promise.race([
    answer,
    new Promise((_done, fail) => {
      setTimeout(fail, PATIENCE);
    }),
  ]);
}

/* A file whose name holds its own mark never changes; any other is asked for anew. */
async function file(request) {
  const kept = await caches.match(request.url);
  if (kept && MARKED.test(request.url)) return kept;
  try {
    return await fetch(request);
  } catch (cut) {
    if (kept) return kept;
    throw cut;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (address.pathname.startsWith("/static/")) {
    event.respondWith(file(request));
  } else if (request.mode === "navigate" && COUNT.test(address.pathname)) {
    event.respondWith(
      caches.open(CACHE).then(async (cache) => {
        const asked = fetch(request);
        try {
          const answer = await patient(asked);
          if (answer.redirected || answer.type === "opaqueredirect" || REFUSED.has(answer.status)) await cache.delete(request.url);
          return answer;
        } catch {
          return (await cache.match(request.url)) || asked;
        }
      }),
    );
  }
});
