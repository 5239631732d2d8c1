/**
 * Importer of Nsight Systems' SQLite exports (REFERENCE §8). NVTX ranges say when the host launched work; they are projected
 * to the kernels and copies that their process launched inside them, linked by process and correlation id. `.nsys-rep` files
 * are not read: `nsys export --type sqlite` makes the export.
 */
import { openForeignDatabase } from "../../../../db/index.ts";
import type { Importer } from "../importer.ts";

const MAGIC = "SQLite format 3\0";
/** Every export has the table of texts; a run file and other databases have not. */
const SIGNATURE = Buffer.from("CREATE TABLE StringIds");

export const nsight: Importer = {
  format: "nsight-sqlite",
  describes: "Nsight Systems exported as SQLite",

  sniff(head) {
    const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
    return bytes.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC)) && bytes.includes(SIGNATURE);
  },

  async read(window, trace, { keepPartial, path }) {
    const [{ withFileOnDisk }, { readExport }] = await Promise.all([
      import("./on-disk.ts"),
      import("./read-export.ts"),
    ]);
    await withFileOnDisk(window, path, async (file) => {
      const database = openForeignDatabase(file);
      try {
        await readExport(database, { trace, window, keepPartial });
      } finally {
        database.close();
      }
    });
  },
};
