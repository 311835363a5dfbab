// The page itself: takes the package and what the reader knows, lets the worker check, and says the answers.
// Everything that comes from a package is put into the page as text, never as markup.

import { gather } from "./gather.js";
import { showReport } from "./answers.js";
import { Texts } from "./texts.js";

const data = JSON.parse(document.getElementById("data").textContent);
const workerSource = document.getElementById("worker").textContent;
const LANGUAGES = ["ko", "en", "fr"];
const at = (id) => document.getElementById(id);

let t;
let source = null;
let running = null;
let shown = null;

function preferredLanguage() {
  const wanted = (navigator.languages ?? [navigator.language]).map((each) => each.slice(0, 2).toLowerCase());
  return wanted.find((each) => LANGUAGES.includes(each)) ?? "en";
}

function speak(language) {
  t = new Texts(data.texts[language], language);
  document.documentElement.lang = language;
  document.title = t.page("title");
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = t.page(element.dataset.text);
  at("language").value = language;
  sayChosen();
  if (shown) shown();
}

function sayChosen() {
  const name = source?.kind === "folder" ? source.name : source?.file.name;
  at("chosen").textContent = name ? t.page("chosen", { name }) : t.page("nothing_chosen");
  at("folder-hint").hidden = source?.kind !== "folder";
  at("check").disabled = source === null || running !== null;
}

function choose(found) {
  source = found;
  clear();
  sayChosen();
}

function clear() {
  shown = null;
  at("status").textContent = "";
  at("answers").replaceChildren();
}

function isAbleBrowser() {
  return Boolean(globalThis.crypto?.subtle && globalThis.DecompressionStream && globalThis.Worker && [].toSorted);
}

function check() {
  clear();
  const address = URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }));
  running = new Worker(address);
  URL.revokeObjectURL(address);
  running.onmessage = ({ data: message }) => receive(message);
  running.onerror = (event) => {
    event.preventDefault();
    receive({ kind: "error", code: "verify.unexpected", params: { kind: "Worker" } });
  };
  const { texts: _texts, ...needed } = data;
  running.postMessage({
    source,
    trust: { fingerprint: at("fingerprint").value, certificates: [...at("certificates").files], tsaRoots: [...at("tsa-roots").files] },
    now: Date.now(),
    data: needed,
  });
  setBusy(true);
  say(() => t.page("working", { percent: 0 }));
}

function receive(message) {
  if (message.kind === "progress") {
    const percent = Math.floor(message.share * 100);
    at("progress").value = message.share;
    // Spoken aloud in large steps only.
    if (percent % 25 === 0) say(() => t.page("working", { percent }));
    return;
  }
  stop();
  if (message.kind === "error") {
    const { code, params } = message;
    say(() => `${t.sentence("error", code, params)} ${t.sentence("advice", code, params)}`);
    at("answers").dataset.error = code;
    return;
  }
  at("status").textContent = "";
  shown = () => showReport(at("answers"), message.report, t);
  shown();
  at("answers").querySelector("h2").focus();
}

/** Says a line, now and again when the language changes. */
function say(line) {
  shown = () => (at("status").textContent = line());
  shown();
}

function stop() {
  running?.terminate();
  running = null;
  setBusy(false);
}

function setBusy(isBusy) {
  at("working").hidden = !isBusy;
  at("progress").value = 0;
  at("answers").removeAttribute("data-error");
  for (const id of ["zip", "folder", "fingerprint", "certificates", "tsa-roots"]) at(id).disabled = isBusy;
  sayChosen();
}

function wire() {
  at("language").addEventListener("change", (event) => speak(event.target.value));
  at("zip").addEventListener("change", ({ target }) => target.files[0] && choose({ kind: "zip", file: target.files[0] }));
  at("folder").addEventListener("change", ({ target }) => {
    const files = [...target.files].map((file) => ({ path: file.webkitRelativePath, file }));
    if (files.length) choose(folderOf(files));
  });
  at("check").addEventListener("click", check);
  at("cancel").addEventListener("click", () => {
    stop();
    say(() => t.page("stopped"));
    at("check").focus();
  });
  at("print").addEventListener("click", () => window.print());
  const place = at("drop");
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      place.classList.add("over");
    });
  }
  document.addEventListener("dragleave", () => place.classList.remove("over"));
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    place.classList.remove("over");
    if (running) return;
    try {
      const found = await gather(event.dataTransfer);
      if (found) choose(found);
    } catch {
      say(() => t.page("folder_refused"));
    }
  });
}

/** The first folder of every path is the one that was chosen. */
function folderOf(files) {
  const top = files[0].path.split("/")[0];
  return { kind: "folder", name: top, files: files.map(({ path, file }) => ({ path: path.slice(top.length + 1), file })) };
}

wire();
speak(preferredLanguage());
if (!isAbleBrowser()) {
  say(() => t.page("too_old"));
  for (const id of ["zip", "folder"]) at(id).disabled = true;
}
