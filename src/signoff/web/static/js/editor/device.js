// Words that aren't on the server yet, kept in the browser by person, draft and window until they are.

const PREFIX = "signoff.words.";

export class Device {
  constructor(person, draft) {
    this.prefix = `${PREFIX}${person}.${draft}.`;
  }

  // False where the browser keeps nothing: private windows, full storage.
  store(window, words) {
    try {
      localStorage.setItem(this.prefix + window, JSON.stringify({ ...words, at: Date.now() }));
      return true;
    } catch {
      return false;
    }
  }

  drop(window) {
    try {
      localStorage.removeItem(this.prefix + window);
    } catch { /* nothing was kept */ }
  }

  // What closed windows left, newest first.
  async left() {
    const open = await openWindows();
    const found = [];
    for (const [key, value] of stored()) {
      const window = key.startsWith(this.prefix) ? key.slice(this.prefix.length) : "";
      if (window && !open.has(window)) found.push({ window, ...JSON.parse(value) });
    }
    return found.sort((a, b) => b.at - a.at);
  }
}

function stored() {
  try {
    return Object.entries(localStorage);
  } catch {
    return [];
  }
}

// A window holds a lock of its own name for as long as it is open.
export function hold(window) {
  navigator.locks?.request(PREFIX + window, () => new Promise(() => {})).catch(() => {});
}

async function openWindows() {
  const locks = await navigator.locks?.query().catch(() => null);
  return new Set((locks?.held ?? []).map((lock) => lock.name.slice(PREFIX.length)));
}

// A form that was sent has arrived once another page of ours answers; after a browser's own error page, none did.
export function forgetArrived() {
  const came = performance.getEntriesByType("navigation")[0]?.type;
  if (came !== "navigate" || !document.referrer.startsWith(location.origin)) return;
  for (const [key, value] of stored()) {
    if (key.startsWith(PREFIX) && JSON.parse(value).isSent) localStorage.removeItem(key);
  }
}
