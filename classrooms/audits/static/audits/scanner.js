/* Reading codes: the telephone's camera where the browser offers it, and readers that type
   fast and press Enter wherever one is on the page. Comfort only: the form works without. */

const FORMATS = ["qr_code", "code_128"];
const PAUSE = 1500;

export async function readable() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return [];
  const known = await window.BarcodeDetector.getSupportedFormats();
  return FORMATS.filter((format) => known.includes(format));
}

/* Show the camera's button if it can read anything; call `read` with each code, once a while. */
export async function camera(box, read) {
  const formats = await readable().catch(() => []);
  if (!box || !formats.length) return;
  const button = box.querySelector("[data-camera-toggle]");
  const view = box.querySelector("[data-camera-view]");
  const detector = new window.BarcodeDetector({ formats });
  let stream = null;
  let last = { text: "", at: 0 };

  async function look() {
    if (!stream) return;
    const found = await detector.detect(view).catch(() => []);
    const now = Date.now();
    for (const code of found) {
      if (code.rawValue === last.text && now - last.at < PAUSE) continue;
      last = { text: code.rawValue, at: now };
      read(code.rawValue, "camera");
    }
    window.setTimeout(() => window.requestAnimationFrame(look), 120);
  }

  function stop() {
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
    view.hidden = true;
    button.setAttribute("aria-expanded", "false");
  }

  button.addEventListener("click", async () => {
    if (stream) {
      stop();
      return;
    }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      box.hidden = true;
      return;
    }
    view.srcObject = stream;
    view.hidden = false;
    button.setAttribute("aria-expanded", "true");
    await view.play();
    look();
  });
  window.addEventListener("pagehide", stop);
  box.hidden = false;
}

/* A reader types faster than people do. What it types outside a field is a code too. */
export function reader(read) {
  let typed = "";
  let last = 0;
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.timeStamp - last > 60) typed = "";
    last = event.timeStamp;
    if (event.key === "Enter" && typed.length > 3) {
      event.preventDefault();
      read(typed, "typed");
      typed = "";
    } else if (event.key.length === 1) {
      typed += event.key;
    }
  });
}

const form = document.querySelector("form[data-scanner]");
if (form) {
  const field = form.elements.code;
  const found = document.querySelector("[data-found]");

  const ask = async (text) => {
    const address = form.dataset.scanner + "?code=" + encodeURIComponent(text);
    const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || answer.redirected) {
      form.submit();
      return;
    }
    found.innerHTML = await answer.text();
    field.value = "";
    field.focus({ preventScroll: true });
  };
  const read = (text) => {
    if (!text.trim()) return;
    field.value = text;
    ask(text).catch(() => form.submit());
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    read(field.value);
  });
  camera(form.querySelector("[data-camera]"), read);
  reader(read);
}
