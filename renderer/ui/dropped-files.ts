/** Files of a drop, those inside dropped folders included: browsers hand over folders as entries to be walked. */

export interface DroppedFiles {
  readonly files: File[];
  /** Name of the folder, where exactly one folder was dropped and nothing else. */
  readonly folder?: string;
}

/** To be called while the event is being handled: entries are gone afterwards. */
export async function readDrop(data: DataTransfer): Promise<DroppedFiles> {
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (!entries.some(({ isDirectory }) => isDirectory)) return { files: [...data.files] };
  const files = (await Promise.all(entries.map(readEntry))).flat();
  return entries.length === 1 ? { files, folder: entries[0].name } : { files };
}

async function readEntry(entry: FileSystemEntry): Promise<File[]> {
  if (entry.name.startsWith(".")) return [];
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [file];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const inside: FileSystemEntry[] = [];
  for (;;) {
    // A reader gives its entries in portions until one is empty.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    inside.push(...some);
  }
  return (await Promise.all(inside.map(readEntry))).flat();
}
