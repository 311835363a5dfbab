// What was dropped: a ZIP file, or a folder with everything below it.

/**
 * `{kind: "zip", file}`, `{kind: "folder", name, files}`, or null when nothing was dropped. Throws where the browser does
 * not let a page read the folder. The first lines must run while the event lasts.
 */
export async function gather(transfer) {
  const item = [...transfer.items].find((each) => each.kind === "file");
  if (!item) return null;
  const file = item.getAsFile();
  const entry = item.webkitGetAsEntry?.();
  const handle = item.getAsFileSystemHandle?.();
  if (!entry?.isDirectory) return file && { kind: "zip", file };
  const files = [];
  // Of a page from disk, Chromium gives folders by handle alone, and Firefox by entry alone.
  if (handle) await collectHandles(await handle, "", files);
  else await collectEntries(entry, "", files);
  return { kind: "folder", name: entry.name, files };
}

async function collectHandles(folder, prefix, files) {
  for await (const [name, handle] of folder.entries()) {
    const path = prefix + name;
    if (handle.kind === "directory") await collectHandles(handle, `${path}/`, files);
    else files.push({ path, file: await handle.getFile().catch(() => unreadable(name)) });
  }
}

async function collectEntries(folder, prefix, files) {
  const reader = folder.createReader();
  for (;;) {
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!batch.length) return;
    for (const entry of batch) {
      const path = prefix + entry.name;
      if (entry.isDirectory) await collectEntries(entry, `${path}/`, files);
      else files.push({ path, file: await new Promise((resolve) => entry.file(resolve, () => resolve(unreadable(entry.name)))) });
    }
  }
}

/** Stands for a file that cannot be read, so that it is missed. */
function unreadable(name) {
  return new File([], name);
}
