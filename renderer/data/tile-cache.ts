/**
 * Keeps what was fetched (tiles, pages of spans) and decides what to fetch next. Knows no wire, no GPU and no frame.
 *
 * An entry is in exactly one state and one tier. `wanted` waits for a free request, `loading` has one, `ready` has its
 * value, `on-gpu` has also been uploaded, `failed` has the reason. Tier `visible` is on screen, `prefetch` beside it,
 * `recent` is neither and goes first when the byte budget is spent, least recently used first; then prefetch; visible
 * entries never go. Entries that leave both upper tiers before they have a value are cancelled and forgotten: the latest
 * call of `want` wins, and a late answer to a cancelled request is dropped.
 */

export type EntryState = "wanted" | "loading" | "ready" | "on-gpu" | "failed";
export type Tier = "visible" | "prefetch" | "recent";

export interface CacheEntry<Key, Value> {
  readonly key: Key;
  readonly state: EntryState;
  readonly tier: Tier;
  readonly value: Value | undefined;
  /** What the request was rejected with. */
  readonly failure: unknown;
}

interface MutableEntry<Key, Value> {
  readonly key: Key;
  readonly text: string;
  state: EntryState;
  tier: Tier;
  value: Value | undefined;
  failure: unknown;
  sizeBytes: number;
  lastUsed: number;
  controller: AbortController | undefined;
}

export interface TileCacheOptions<Key, Value> {
  /** Fetches one value. Rejects when the signal is aborted or when it fails. */
  readonly load: (key: Key, signal: AbortSignal) => Promise<Value>;
  /** Equal keys, equal texts. */
  readonly keyText: (key: Key) => string;
  readonly sizeBytes: (value: Value) => number;
  /** All values together; visible ones are kept even when they alone exceed it. */
  readonly budgetBytes: number;
  readonly requestsAtOnce?: number;
  /** Called when an entry got a value or failed. */
  readonly onChange: () => void;
  /** Called when a value is dropped, so that what was made of it (a slot on the GPU) is freed. */
  readonly onEvict?: (key: Key) => void;
}

export class TileCache<Key, Value> {
  readonly #options: TileCacheOptions<Key, Value>;
  readonly #entries = new Map<string, MutableEntry<Key, Value>>();
  #queue: MutableEntry<Key, Value>[] = [];
  #loading = 0;
  #clock = 0;
  #totalBytes = 0;

  constructor(options: TileCacheOptions<Key, Value>) {
    this.#options = options;
  }

  /** Bytes of all values held. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** Whether nothing is under way or waiting: every visible and prefetched entry has its value or failed. */
  get settled(): boolean {
    return this.#loading === 0 && this.#queue.length === 0;
  }

  /** Whether every visible entry has its value or failed. */
  get visibleSettled(): boolean {
    for (const { tier, state } of this.#entries.values()) {
      if (tier === "visible" && (state === "wanted" || state === "loading")) return false;
    }
    return true;
  }

  /** Failures of visible entries. */
  get visibleFailures(): readonly unknown[] {
    return [...this.#entries.values()]
      .filter((e) => e.tier === "visible" && e.state === "failed")
      .map((e) => e.failure);
  }

  /** Says what is on screen and what is beside it, most urgent first; replaces what was said before. */
  want({ visible, prefetch }: { visible: readonly Key[]; prefetch: readonly Key[] }): void {
    const left = new Set(this.#entries.values());
    const queue: MutableEntry<Key, Value>[] = [];
    let prefetchBytes = this.#roomFor(visible);
    for (const key of visible) {
      const entry = this.#touch(key, "visible");
      left.delete(entry);
      if (entry.state === "wanted") queue.push(entry);
    }
    for (const key of prefetch) {
      const known = this.#entries.get(this.#options.keyText(key));
      if (known?.tier === "visible" && !left.has(known)) continue;
      // What would only be evicted again is not fetched.
      prefetchBytes -= known?.value === undefined ? this.#averageBytes : known.sizeBytes;
      if (prefetchBytes < 0) break;
      const entry = this.#touch(key, "prefetch");
      left.delete(entry);
      if (entry.state === "wanted") queue.push(entry);
    }
    this.#clock += 1;
    for (const entry of left) this.#leave(entry);
    this.#queue = queue;
    this.#evict();
    this.#pump();
  }

  /** The entry, marked as used. */
  get(key: Key): CacheEntry<Key, Value> | undefined {
    return this.#entries.get(this.#options.keyText(key));
  }

  /** The value if it has arrived; marks it as used, so that it is kept. */
  value(key: Key): Value | undefined {
    const entry = this.#entries.get(this.#options.keyText(key));
    if (entry?.value === undefined) return undefined;
    entry.lastUsed = this.#clock;
    return entry.value;
  }

  /** Notes that a value has been uploaded, or that its upload was lost. */
  markOnGpu(key: Key, onGpu: boolean): void {
    const entry = this.#entries.get(this.#options.keyText(key));
    if (entry?.value !== undefined) entry.state = onGpu ? "on-gpu" : "ready";
  }

  /** After the GPU lost everything: what was uploaded is only `ready` again. */
  markAllOffGpu(): void {
    for (const entry of this.#entries.values()) if (entry.state === "on-gpu") entry.state = "ready";
  }

  /** Asks again for what failed. */
  retry(): void {
    for (const entry of this.#entries.values()) {
      if (entry.state !== "failed") continue;
      entry.state = "wanted";
      entry.failure = undefined;
      this.#queue.push(entry);
    }
    this.#pump();
  }

  /** Cancels everything and forgets everything. */
  clear(): void {
    this.#queue = [];
    for (const entry of this.#entries.values()) this.#drop(entry);
  }

  get #averageBytes(): number {
    const held = [...this.#entries.values()].filter(({ value }) => value !== undefined).length;
    return held === 0 ? 0 : this.#totalBytes / held;
  }

  /** Bytes left of the budget when all of these are held. */
  #roomFor(keys: readonly Key[]): number {
    const averageBytes = this.#averageBytes;
    return keys.reduce((room, key) => {
      const known = this.#entries.get(this.#options.keyText(key));
      return room - (known?.value === undefined ? averageBytes : known.sizeBytes);
    }, this.#options.budgetBytes);
  }

  #touch(key: Key, tier: Tier): MutableEntry<Key, Value> {
    const entry = this.#entryFor(key);
    entry.tier = tier;
    entry.lastUsed = this.#clock + 1;
    return entry;
  }

  #entryFor(key: Key): MutableEntry<Key, Value> {
    const text = this.#options.keyText(key);
    const known = this.#entries.get(text);
    if (known !== undefined) return known;
    const entry: MutableEntry<Key, Value> = {
      key,
      text,
      state: "wanted",
      tier: "prefetch",
      value: undefined,
      failure: undefined,
      sizeBytes: 0,
      lastUsed: 0,
      controller: undefined,
    };
    this.#entries.set(text, entry);
    return entry;
  }

  /** Out of both upper tiers: kept with a value, cancelled and forgotten without. */
  #leave(entry: MutableEntry<Key, Value>): void {
    entry.tier = "recent";
    if (entry.value === undefined) this.#drop(entry);
  }

  #drop(entry: MutableEntry<Key, Value>): void {
    this.#entries.delete(entry.text);
    if (entry.value !== undefined) {
      this.#totalBytes -= entry.sizeBytes;
      this.#options.onEvict?.(entry.key);
    }
    if (entry.controller !== undefined) {
      entry.controller.abort();
      entry.controller = undefined;
      this.#loading -= 1;
    }
  }

  #pump(): void {
    const { requestsAtOnce = 6 } = this.#options;
    while (this.#loading < requestsAtOnce) {
      const entry = this.#queue.shift();
      if (entry === undefined) return;
      if (entry.state === "wanted" && this.#entries.get(entry.text) === entry) this.#start(entry);
    }
  }

  #start(entry: MutableEntry<Key, Value>): void {
    const controller = new AbortController();
    entry.controller = controller;
    entry.state = "loading";
    this.#loading += 1;
    this.#options.load(entry.key, controller.signal).then(
      (value) => {
        if (entry.controller !== controller) return;
        entry.value = value;
        entry.state = "ready";
        entry.sizeBytes = this.#options.sizeBytes(value);
        this.#totalBytes += entry.sizeBytes;
        this.#finish(entry);
      },
      (failure: unknown) => {
        if (entry.controller !== controller) return;
        entry.state = "failed";
        entry.failure = failure;
        this.#finish(entry);
      },
    );
  }

  #finish(entry: MutableEntry<Key, Value>): void {
    entry.controller = undefined;
    this.#loading -= 1;
    this.#evict();
    this.#pump();
    this.#options.onChange();
  }

  #evict(): void {
    if (this.#totalBytes <= this.#options.budgetBytes) return;
    const rank = { recent: 0, prefetch: 1, visible: 2 } as const;
    const candidates = [...this.#entries.values()]
      .filter(({ tier, value }) => tier !== "visible" && value !== undefined)
      .sort((a, b) => rank[a.tier] - rank[b.tier] || a.lastUsed - b.lastUsed);
    for (const entry of candidates) {
      if (this.#totalBytes <= this.#options.budgetBytes) return;
      this.#drop(entry);
    }
  }
}
