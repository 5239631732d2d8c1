/**
 * The host globals that exist in every place where main/common runs (Node, Electron, browsers, workers), and no others.
 * It takes the place of the DOM and Node typings, which would let host code slip in here. It declares only what
 * main/common uses; the other environments have their own full typings and never load this file.
 */

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, into: Uint8Array): { read: number; written: number };
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: ArrayBufferLike | ArrayBufferView, options?: { stream?: boolean }): string;
}

interface AbortListenerOptions {
  once?: boolean;
  signal?: AbortSignal;
}

interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: "abort", listener: () => void, options?: AbortListenerOptions): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

declare const AbortSignal: {
  abort(reason?: unknown): AbortSignal;
  any(signals: AbortSignal[]): AbortSignal;
  timeout(delayMs: number): AbortSignal;
};

declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

declare const performance: { now(): number };

declare function queueMicrotask(task: () => void): void;
declare function structuredClone<T>(value: T): T;
declare function setTimeout(task: () => void, delayMs?: number): unknown;
declare function clearTimeout(timer: unknown): void;
