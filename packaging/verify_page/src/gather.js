// What was dropped: a ZIP file, or a folder with everything below it.

/** `{kind: "zip", file}`, `{kind: "folder", name, files}`, or null when nothing was dropped. */
export async function gather(transfer) {
  const item = [...transfer.items].find((each) => each.kind === "file");
  if (!item) return null;
  const entry = item.webkitGetAsEntry?.();
  const file = item.getAsFile();
  if (!entry?.isDirectory) return file && { kind: "zip", file };
  const files = [];
  await collect(entry, "", files);
  return { kind: "folder", name: entry.name, files };
}

async function collect(folder, prefix, files) {
  const reader = folder.createReader();
  for (;;) {
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!batch.length) return;
    for (const entry of batch) {
      const path = prefix + entry.name;
      if (entry.isDirectory) await collect(entry, `${path}/`, files);
      else files.push({ path, file: await fileOf(entry) });
    }
  }
}

/** The file, or in its place one that cannot be read, so that it is missed. */
function fileOf(entry) {
  return new Promise((resolve) => entry.file(resolve, () => resolve(new File([], entry.name))));
}
