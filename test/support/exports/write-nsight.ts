/**
 * A synthetic job as an SQLite export of Nsight Systems: the tables and columns of a real export (2026.1) that hold events.
 * Every rank is a process with a device 0 of its own, and correlation ids begin again in every process, as they do.
 */
import Sqlite from "better-sqlite3";

import type { Operation, SyntheticJob } from "./synthetic-job.ts";

const START_EPOCH_NS = 1_776_781_226_557_295_056n;
const FIRST_PROCESS = 91_000;
const HELPER = 77;

interface NsightOptions {
  /** Tables that this capture did not write. */
  readonly without?: readonly string[];
  /** Texts of ranges in the row itself instead of the table of texts. */
  readonly textInRow?: boolean;
}

const globalOf = (process: number, thread: number): bigint =>
  281_474_976_710_656n + BigInt(process) * 0x1000000n + BigInt(thread);

export function writeNsight(
  file: string,
  job: SyntheticJob,
  { without = [], textInRow = false }: NsightOptions = {},
): void {
  const db = new Sqlite(file);
  db.exec(`
    CREATE TABLE StringIds (id INTEGER NOT NULL PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE PROCESSES (globalPid INTEGER, pid INTEGER, name TEXT);
    CREATE TABLE ThreadNames (nameId INTEGER NOT NULL, priority INTEGER, globalTid INTEGER);
    CREATE TABLE TARGET_INFO_SESSION_START_TIME (utcEpochNs INTEGER, utcTime TEXT, localTime TEXT);
    CREATE TABLE TARGET_INFO_GPU (vmId INTEGER NOT NULL, id INTEGER NOT NULL, name TEXT);
    CREATE TABLE NVTX_EVENTS (start INTEGER NOT NULL, end INTEGER, eventType INTEGER NOT NULL, rangeId INTEGER,
      category INTEGER, color INTEGER, text TEXT, globalTid INTEGER, endGlobalTid INTEGER, textId INTEGER, domainId INTEGER);
    CREATE TABLE CUPTI_ACTIVITY_KIND_RUNTIME (start INTEGER NOT NULL, end INTEGER NOT NULL, eventClass INTEGER NOT NULL,
      globalTid INTEGER, correlationId INTEGER, nameId INTEGER NOT NULL, returnValue INTEGER NOT NULL);
    CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start INTEGER NOT NULL, end INTEGER NOT NULL, deviceId INTEGER NOT NULL,
      contextId INTEGER NOT NULL, streamId INTEGER NOT NULL, correlationId INTEGER, globalPid INTEGER,
      demangledName INTEGER NOT NULL, shortName INTEGER NOT NULL);
  `);
  const texts = new Map<string, number>();
  const textId = (text: string): number => {
    const id = texts.get(text) ?? texts.size + 1;
    if (!texts.has(text)) {
      texts.set(text, id);
      db.prepare("insert into StringIds values (?, ?)").run(id, text);
    }
    return id;
  };
  const range = db.prepare(
    "insert into NVTX_EVENTS (start, end, eventType, text, globalTid, textId, domainId) values (?, ?, ?, ?, ?, ?, 0)",
  );
  const call = db.prepare("insert into CUPTI_ACTIVITY_KIND_RUNTIME values (?, ?, 0, ?, ?, ?, 0)");
  const kernel = db.prepare("insert into CUPTI_ACTIVITY_KIND_KERNEL values (?, ?, 0, 1, ?, ?, ?, ?, ?)");
  const correlations = new Map<number, number>();
  const addRange = (rank: number, name: string, startNs: number, endNs: number | null): void => {
    const thread = globalOf(FIRST_PROCESS + rank, FIRST_PROCESS + rank);
    range.run(startNs, endNs, 59, textInRow ? name : null, thread, textInRow ? null : textId(name));
  };
  const addOperation = (rank: number, operation: Operation): void => {
    const { name, stream, launchNs, launchDurationNs, fromHelper, startNs, endNs } = operation;
    const correlation = (correlations.get(rank) ?? 0) + 1;
    correlations.set(rank, correlation);
    const process = FIRST_PROCESS + rank;
    const thread = globalOf(process, fromHelper ? HELPER : process);
    call.run(launchNs, launchNs + launchDurationNs, thread, correlation, textId("cudaLaunchKernel_v7000"));
    kernel.run(startNs, endNs, stream, correlation, globalOf(process, 0), textId(name), textId(name));
  };
  db.exec("begin");
  db.prepare("insert into TARGET_INFO_SESSION_START_TIME values (?, '', '')").run(START_EPOCH_NS);
  db.prepare("insert into TARGET_INFO_GPU values (1, 0, 'Some GPU')").run();
  for (let rank = 0; rank < job.ranks; rank++) {
    const process = FIRST_PROCESS + rank;
    db.prepare("insert into PROCESSES values (?, ?, 'python')").run(globalOf(process, 0), process);
    db.prepare("insert into ThreadNames values (?, 0, ?)").run(textId("pt_main_thread"), globalOf(process, process));
  }
  for (const { rank, iteration, hostStartNs, hostEndNs } of job.iterations) {
    addRange(rank, `ProfilerStep#${iteration}`, hostStartNs, hostEndNs);
  }
  for (const { rank, name, hostStartNs, hostEndNs, operations } of job.actions) {
    addRange(rank, name, hostStartNs, hostEndNs);
    for (const operation of operations) addOperation(rank, operation);
  }
  for (const { rank, ...stray } of job.strays) addOperation(rank, stray);
  for (const table of without) db.exec(`drop table "${table}"`);
  db.exec("commit");
  db.close();
}
