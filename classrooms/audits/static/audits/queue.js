/* What was done on this telephone and not sent yet. It survives a reload and a flat battery;
   each act has a number, so that the city takes them in order, and each scan an id of its own,
   so that sending twice is sending once. */

export function newId() {
  if (window.crypto.randomUUID) return window.crypto.randomUUID();
  const bytes = window.crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export class Queue {
  constructor(name) {
    this.name = name;
    this.page = `${name}.page`;
    this.memory = { acts: [], n: 0 };
  }

  /* Private windows may refuse to keep anything: then the page itself remembers. */
  read() {
    try {
      return JSON.parse(window.localStorage.getItem(this.name)) || this.memory;
    } catch {
      return this.memory;
    }
  }

  write(kept) {
    this.memory = kept;
    try {
      window.localStorage.setItem(this.name, JSON.stringify(kept));
    } catch {
      /* The page's memory holds it. */
    }
  }

  get acts() {
    return this.read().acts;
  }

  get shown() {
    try {
      return window.localStorage.getItem(this.page);
    } catch {
      return null;
    }
  }

  add(act) {
    const kept = this.read();
    kept.n += 1;
    kept.acts.push({ at: new Date().toISOString(), n: kept.n, ...act });
    this.write(kept);
  }

  /* Forget what was answered; another tab may have added acts meanwhile. */
  drop(sent) {
    const kept = this.read();
    const numbers = new Set(sent.map((act) => act.n));
    kept.acts = kept.acts.filter((act) => !numbers.has(act.n));
    this.write(kept);
  }

  /* Keep what the page showed last, for a reload without a network; not once signed out,
     unlike the acts (portal/static/js/escale.js). */
  keep(html) {
    try {
      window.localStorage.setItem(this.page, html);
    } catch {
      /* A reload shows the page as it came. */
    }
  }

  clear() {
    this.memory = { acts: [], n: 0 };
    try {
      window.localStorage.removeItem(this.name);
      window.localStorage.removeItem(this.page);
    } catch {
      /* Nothing was kept. */
    }
  }
}
