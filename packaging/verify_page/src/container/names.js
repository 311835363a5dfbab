// Which names are safe, which are the same for a careless reader, and which files an operating system leaves behind.

import { startsWith } from "../bytes.js";

const RESERVED = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)/i;
const FORBIDDEN = /[\x00-\x1f\x7f<>:"\\|?*]/;
const HIDDEN_DIRECTION = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;
const APPLE_DOUBLE = [0, 5, 0x16, 7];
const SYSTEM_MAGIC = new Map([
  [".ds_store", [[0, 0, 0, 1, 0x42, 0x75, 0x64, 0x31]]],
  ["thumbs.db", [[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]]],
]);
const MAX_SYSTEM_FILE = 1 << 20;
const MAX_PATH = 4096;

/** The form under which paths are compared: NFC, since macOS may hand names over decomposed. */
export function keyOf(path) {
  return path.normalize("NFC");
}

/** Case folded: at least whatever Unicode's full folding makes equal. */
function folded(text) {
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ");
}

/** Equal for paths that some file system or reader takes for the same. */
export function confusionKey(path) {
  return folded(path.normalize("NFKC")).normalize("NFKC");
}

/** The check code of why no file of a package can have this path, or an empty string. */
export function unsafeReason(path) {
  if (path.startsWith("/") || path.startsWith("\\") || /^[A-Za-z]:/.test(path)) return "container.absolute_path";
  const parts = path.split(/[/\\]/);
  if (parts.includes("..")) return "container.escaping_path";
  if ([...path].length > MAX_PATH || parts.some((part) => part === "" || part === ".")) return "container.unsafe_name";
  if (FORBIDDEN.test(path) || HIDDEN_DIRECTION.test(path)) return "container.unsafe_name";
  if (parts.some((part) => RESERVED.test(part) || part.endsWith(".") || part.endsWith(" "))) {
    return "container.unsafe_name";
  }
  return "";
}

/** Whether this is a small file that Windows or macOS adds by itself, by its name and its first bytes. */
export function isSystemFile(path, size, head) {
  if (size > MAX_SYSTEM_FILE) return false;
  const name = folded(path.slice(path.lastIndexOf("/") + 1));
  if (name.startsWith("._")) return startsWith(head, APPLE_DOUBLE);
  return (SYSTEM_MAGIC.get(name) ?? []).some((magic) => startsWith(head, magic));
}
