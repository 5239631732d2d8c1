/**
 * Long work that a person waits for: files on their way to the backend, the imports made of them, and captures.
 *
 * An upload and the import that follows are one line on screen. Every line can be cancelled while it runs and dismissed
 * when it failed; an import that ended well disappears and says so. Files that failed are kept (not their bytes, or only
 * their path) so that "import what can be read" can send them again.
 */
import type { Job } from "#common/api.ts";
import type { AppErrorFields } from "#common/errors.ts";
import { AppError } from "#common/errors.ts";
import { formatBytes, formatCountOf } from "#common/format.ts";
import type { JobId, RunId } from "#common/ids.ts";
import type { Host } from "../host/host.ts";
import { ImportQuestion } from "./import-question.svelte.ts";
import type { OfferedFiles, TogetherOptions } from "./import-question.svelte.ts";
import type { Notices } from "./notices.svelte.ts";
import { capitalise } from "./notices.svelte.ts";

/** One line of the list of work. */
export interface Work {
  readonly kind: Job["kind"];
  readonly key: string;
  readonly title: string;
  readonly state: "running" | "failed";
  /** 0…1 where known. */
  readonly share: number | undefined;
  readonly step: string;
  readonly failure: AppErrorFields | undefined;
  readonly cancel: () => void;
  readonly dismiss: () => void;
  /** Present where a part of the file can be read: imports that part. */
  readonly keepPartial: (() => void) | undefined;
  /** Present where there is more to see of it elsewhere. */
  readonly show: (() => void) | undefined;
}

interface Upload {
  readonly key: string;
  readonly title: string;
  readonly share: number;
  readonly failure?: AppErrorFields;
  readonly controller: AbortController;
}

/** Files of one run, and what was said of them. */
interface Together {
  readonly files: readonly File[];
  readonly options: TogetherOptions;
}

interface JobsOptions {
  readonly host: Host;
  readonly notices: Notices;
  readonly openRun: (run: RunId) => void;
  readonly isFree: () => boolean;
  readonly showCapture: () => void;
  /** Whether what a capture does is on screen: then nothing else needs to say it. */
  readonly watchesCapture: () => boolean;
}

/** What is left of a file after these can still be imported. */
const PARTIALLY_READABLE = new Set(["truncated-trace", "corrupt-compression", "malformed-trace"]);

export class Jobs {
  #jobs = $state.raw<readonly Job[]>([]);
  #uploads = $state.raw<readonly Upload[]>([]);
  #dismissed = $state.raw<ReadonlySet<JobId>>(new Set());
  /** Several files that wait for a person to say whether they are one run. */
  question = $state.raw<ImportQuestion | undefined>(undefined);
  readonly #files = new Map<JobId, File | string | Together>();
  #nextUpload = 1;
  readonly #host: Host;
  readonly #notices: Notices;
  readonly #openRun: (run: RunId) => void;
  readonly #isFree: () => boolean;
  readonly #showCapture: () => void;
  readonly #watchesCapture: () => boolean;
  /** Imports of a single file: the person waits for exactly this run. */
  readonly #awaited = new Set<JobId>();
  /** Jobs whose run opens even though another one is open. */
  readonly #wanted = new Set<JobId>();

  /** Everything that runs or has failed, in the order it was started. */
  readonly work: readonly Work[] = $derived([
    ...this.#jobs
      .filter(({ id, state }) => state === "running" || (state === "failed" && !this.#dismissed.has(id)))
      .map((job) => this.#jobWork(job)),
    ...this.#uploads.map((upload) => this.#uploadWork(upload)),
  ]);

  /** @param options.isFree whether a run may be opened without being asked: nothing else is open */
  constructor({ host, notices, openRun, isFree, showCapture, watchesCapture }: JobsOptions) {
    this.#watchesCapture = watchesCapture;
    this.#showCapture = showCapture;
    this.#host = host;
    this.#notices = notices;
    this.#openRun = openRun;
    this.#isFree = isFree;
    host.on("jobChanged", (job) => this.#take(job));
  }

  async reload(): Promise<void> {
    try {
      this.#jobs = await this.#host.client.listJobs({});
    } catch (error) {
      this.#notices.tell(error);
    }
  }

  /** Imports a file; asks about several whether they are one run. */
  async offerFiles({ files, folder }: OfferedFiles): Promise<void> {
    if (files.length > 1) this.question = new ImportQuestion({ files, folder });
    else await this.importFiles(files);
  }

  /** Uploads files and imports them as the ranks of one run, which opens when it is there. */
  async importTogether(files: readonly File[], options: TogetherOptions): Promise<void> {
    const key = `upload-${this.#nextUpload++}`;
    const controller = new AbortController();
    const { signal } = controller;
    this.#uploads = [...this.#uploads, { key, title: options.name, share: 0, controller }];
    const total = Math.max(
      1,
      files.reduce((sum, { size }) => sum + size, 0),
    );
    const uploads: string[] = [];
    let sent = 0;
    try {
      for (const file of files) {
        await this.#checkSize(file, signal);
        const onProgress = (share: number) => this.#changeUpload(key, { share: (sent + share * file.size) / total });
        uploads.push(await this.#host.upload(file, { signal, onProgress }));
        sent += file.size;
      }
      const { name, rankFrom, keepGoing = false } = options;
      const args = { uploads, name, keepGoing, ...(rankFrom === undefined ? {} : { rankFrom }) };
      const job = await this.#host.client.startImport(args);
      this.#files.set(job, { files, options });
      this.#removeUpload(key);
      this.#openWhenDone([job]);
    } catch (error) {
      if (error instanceof AppError) this.#changeUpload(key, { failure: error.fields });
      else {
        this.#removeUpload(key);
        this.#notices.tell(error);
      }
    }
  }

  /** Uploads and imports each file; one failing does not stop the others. A single file opens when it is there. */
  async importFiles(files: readonly File[], options: { keepPartial?: boolean } = {}): Promise<void> {
    this.#openWhenDone(await Promise.all(files.map((file) => this.#importFile(file, options))));
  }

  /** The same for files that lie on the backend's machine, by their paths. */
  async importPaths(paths: readonly string[], options: { keepPartial?: boolean } = {}): Promise<void> {
    this.#openWhenDone(await Promise.all(paths.map((path) => this.#importPath(path, options))));
  }

  /** Opens what a job gives when it is there, whatever is open then: a person asked for exactly this run. */
  openWhenDone(job: JobId): void {
    const done = this.#jobs.find(({ id, state }) => id === job && state === "done");
    if (done?.run === undefined) this.#wanted.add(job);
    else this.#openRun(done.run);
  }

  #openWhenDone(jobs: readonly (JobId | undefined)[]): void {
    const [only] = jobs;
    if (jobs.length !== 1 || only === undefined) return;
    const done = this.#jobs.find(({ id, state }) => id === only && state === "done");
    if (done?.run !== undefined && this.#isFree()) this.#openRun(done.run);
    else this.#awaited.add(only);
  }

  async #importFile(file: File, { keepPartial = false }: { keepPartial?: boolean }): Promise<JobId | undefined> {
    const key = `upload-${this.#nextUpload++}`;
    const controller = new AbortController();
    this.#uploads = [...this.#uploads, { key, title: file.name, share: 0, controller }];
    try {
      await this.#checkSize(file, controller.signal);
      const upload = await this.#host.upload(file, {
        signal: controller.signal,
        onProgress: (share) => this.#changeUpload(key, { share }),
      });
      const job = await this.#host.client.startImport({ upload, keepPartial });
      this.#files.set(job, file);
      this.#removeUpload(key);
      return job;
    } catch (error) {
      if (error instanceof AppError) {
        this.#changeUpload(key, { failure: error.fields });
        return undefined;
      }
      this.#removeUpload(key);
      this.#notices.tell(error);
      return undefined;
    }
  }

  async #importPath(path: string, { keepPartial = false }: { keepPartial?: boolean }): Promise<JobId | undefined> {
    try {
      const job = await this.#host.client.startImport({ path, keepPartial });
      this.#files.set(job, path);
      return job;
    } catch (error) {
      this.#notices.tell(error);
      return undefined;
    }
  }

  /** A host says its limit, and a file above it is not even sent. */
  async #checkSize({ name, size }: File, signal: AbortSignal): Promise<void> {
    const { uploadLimitBytes } = await this.#host.client.describeHost({}, { signal });
    if (uploadLimitBytes === undefined || size <= uploadLimitBytes) return;
    throw new AppError({
      code: "too-large",
      what: `${name} has ${formatBytes(size)}, and this host takes files up to ${formatBytes(uploadLimitBytes)}`,
      todo: "start the server with a larger --upload-limit, or import the file with `pipewave import`",
    });
  }

  #take(job: Job): void {
    const known = this.#jobs.some(({ id }) => id === job.id);
    this.#jobs = known ? this.#jobs.map((other) => (other.id === job.id ? job : other)) : [...this.#jobs, job];
    const isSeen = job.kind === "capture" && this.#watchesCapture();
    if (job.state === "done" && !isSeen) this.#tellDone(job);
    if (job.state === "cancelled" && !isSeen) {
      const text =
        job.kind === "import"
          ? `Cancelled the import of “${job.title}”.`
          : `“${job.title}” was stopped before anything was recorded.`;
      this.#notices.say({ text });
    }
    if (job.state === "done" || job.state === "cancelled") this.#files.delete(job.id);
    const isWanted = this.#wanted.has(job.id) || (this.#awaited.has(job.id) && this.#isFree());
    if (job.state === "done" && isWanted && job.run !== undefined) {
      this.#openRun(job.run);
    }
    if (job.state === "running") return;
    this.#awaited.delete(job.id);
    this.#wanted.delete(job.id);
  }

  #tellDone({ kind, title, run, report }: Job): void {
    const text =
      kind === "capture"
        ? `Captured “${title}”.`
        : report === undefined
          ? `“${title}” is already in the library.`
          : `Imported “${title}”: ${formatCountOf(report.events.spans, { one: "span" })}.`;
    const action = run === undefined ? undefined : { label: "Open", act: () => this.#openRun(run) };
    this.#notices.say({ text, action });
  }

  #jobWork(job: Job): Work {
    const file = this.#files.get(job.id);
    const isMany = file !== undefined && typeof file !== "string" && "files" in file;
    const partial =
      job.failure !== undefined && file !== undefined && (isMany || PARTIALLY_READABLE.has(job.failure.code));
    const dismiss = () => {
      this.#dismissed = new Set([...this.#dismissed, job.id]);
      this.#files.delete(job.id);
    };
    return {
      key: `job-${job.id}`,
      kind: job.kind,
      title: job.title,
      state: job.state === "failed" ? "failed" : "running",
      share: job.share,
      step: capitalise(job.step ?? (job.kind === "import" ? "importing" : "capturing")),
      failure: job.failure,
      cancel: () => void this.#cancel(job.id),
      dismiss,
      keepPartial: partial
        ? () => {
            dismiss();
            if (isMany) void this.importTogether(file.files, { ...file.options, keepGoing: true });
            else {
              void (typeof file === "string"
                ? this.importPaths([file], { keepPartial: true })
                : this.importFiles([file], { keepPartial: true }));
            }
          }
        : undefined,
      show: job.kind === "capture" ? this.#showCapture : undefined,
    };
  }

  #uploadWork({ key, title, share, failure, controller }: Upload): Work {
    return {
      key,
      kind: "import",
      title,
      state: failure === undefined ? "running" : "failed",
      share,
      step: "Uploading",
      failure,
      cancel: () => controller.abort(),
      dismiss: () => this.#removeUpload(key),
      keepPartial: undefined,
      show: undefined,
    };
  }

  async #cancel(job: JobId): Promise<void> {
    try {
      await this.#host.client.cancelJob({ job });
    } catch (error) {
      this.#notices.tell(error);
    }
  }

  #changeUpload(key: string, change: Partial<Upload>): void {
    this.#uploads = this.#uploads.map((upload) => (upload.key === key ? { ...upload, ...change } : upload));
  }

  #removeUpload(key: string): void {
    this.#uploads = this.#uploads.filter((upload) => upload.key !== key);
  }
}
