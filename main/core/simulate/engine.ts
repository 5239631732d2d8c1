/**
 * The event-driven simulator: tasks with durations, what each waits for, and resources that serve one task at a time.
 *
 * It knows nothing of pipelines: orders, dataflow and replays are all turned into such tasks (order-tasks.ts,
 * dataflow-tasks.ts, replay.ts). A task starts when everything it waits for has happened and its resource, if it has one, is
 * free; a resource serves in order of arrival, among equals the task that was added first. Times are integer ns.
 */

interface Wait {
  /** Task that waits. */
  readonly task: number;
  /** Task that is waited for. */
  readonly other: number;
  /** From the end of the other until the task may start; 0 when left out. */
  readonly latencyNs?: number;
}

export interface TaskGraph {
  /** @returns the task's number: 0, 1, 2 … */
  addTask(task: { readonly durationNs: number; readonly resource?: number }): number;
  addWait(wait: Wait): void;
  /** @returns a new resource that serves one task at a time */
  addResource(): number;
  readonly tasks: number;
  run(): TimedTasks;
}

interface TimedTasks {
  readonly startNs: Float64Array;
  readonly endNs: Float64Array;
  /** Tasks that never started because they wait in a circle; their times are not known. */
  readonly stuck: readonly number[];
}

const NO_RESOURCE = -1;

export function createTaskGraph(): TaskGraph {
  const durations: number[] = [];
  const resources: number[] = [];
  const waits: number[] = [];
  const others: number[] = [];
  const latencies: number[] = [];
  let resourceCount = 0;
  return {
    addTask({ durationNs, resource = NO_RESOURCE }) {
      if (!Number.isSafeInteger(durationNs) || durationNs < 0) throw new RangeError(`not a duration: ${durationNs} ns`);
      resources.push(resource);
      return durations.push(durationNs) - 1;
    },
    addWait({ task, other, latencyNs = 0 }) {
      waits.push(task);
      others.push(other);
      latencies.push(latencyNs);
    },
    addResource: () => resourceCount++,
    get tasks() {
      return durations.length;
    },
    run: () => runTasks({ durations, resources, resourceCount, waits, others, latencies }),
  };
}

interface Tables {
  readonly durations: readonly number[];
  readonly resources: readonly number[];
  readonly resourceCount: number;
  readonly waits: readonly number[];
  readonly others: readonly number[];
  readonly latencies: readonly number[];
}

function runTasks({ durations, resources, resourceCount, waits, others, latencies }: Tables): TimedTasks {
  const count = durations.length;
  const { offsets, order } = groupByOther({ count, others });
  const open = new Int32Array(count);
  for (const task of waits) open[task] += 1;
  const ready = new Float64Array(count);
  const startNs = new Float64Array(count);
  const endNs = new Float64Array(count);
  const freeAt = new Float64Array(resourceCount);
  const queue = createQueue(ready);
  for (let task = 0; task < count; task += 1) if (open[task] === 0) queue.push(task);
  let done = 0;
  for (let task = queue.pop(); task !== undefined; task = queue.pop()) {
    const resource = resources[task];
    const start = resource === NO_RESOURCE ? ready[task] : Math.max(ready[task], freeAt[resource]);
    const end = start + durations[task];
    if (resource !== NO_RESOURCE) freeAt[resource] = end;
    startNs[task] = start;
    endNs[task] = end;
    done += 1;
    for (let at = offsets[task]; at < offsets[task + 1]; at += 1) {
      const wait = order[at];
      const waiting = waits[wait];
      ready[waiting] = Math.max(ready[waiting], end + latencies[wait]);
      open[waiting] -= 1;
      if (open[waiting] === 0) queue.push(waiting);
    }
  }
  const stuck = done === count ? [] : Array.from(open.keys()).filter((task) => open[task] > 0);
  return { startNs, endNs, stuck };
}

/** Waits grouped by the task that is waited for: those of task t are order[offsets[t] … offsets[t + 1]). */
function groupByOther({ count, others }: { count: number; others: readonly number[] }): {
  offsets: Int32Array;
  order: Int32Array;
} {
  const offsets = new Int32Array(count + 1);
  for (const other of others) offsets[other + 1] += 1;
  for (let task = 0; task < count; task += 1) offsets[task + 1] += offsets[task];
  const next = offsets.slice();
  const order = new Int32Array(others.length);
  for (const [wait, other] of others.entries()) order[next[other]++] = wait;
  return { offsets, order };
}

/** A binary heap of tasks by the time at which they are ready, then by number. */
function createQueue(ready: Float64Array): { push(task: number): void; pop(): number | undefined } {
  const heap: number[] = [];
  const before = (a: number, b: number): boolean => ready[a] < ready[b] || (ready[a] === ready[b] && a < b);
  return {
    push(task) {
      let at = heap.push(task) - 1;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!before(task, heap[parent])) break;
        heap[at] = heap[parent];
        at = parent;
      }
      heap[at] = task;
    },
    pop() {
      const first = heap.at(0);
      const last = heap.pop();
      if (first === undefined || last === undefined || heap.length === 0) return first;
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child += 1;
        if (!before(heap[child], last)) break;
        heap[at] = heap[child];
        at = child;
      }
      heap[at] = last;
      return first;
    },
  };
}
