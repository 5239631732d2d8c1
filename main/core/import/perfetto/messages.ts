/**
 * The few messages of Perfetto's protobuf schema that the importer reads, with their field numbers
 * (protos/perfetto/trace/*.proto of google/perfetto). Fields that are not declared here are passed over by the decoder.
 * A field that was absent is absent from the decoded object, too: ask with `Object.hasOwn`, not for a value.
 */
import protobuf from "protobufjs/light.js";

type Fields = Record<string, readonly [id: number, type: string, rule?: "repeated"]>;

/** Field → [number, type, rule]. */
const MESSAGES: Readonly<Record<string, Fields>> = {
  TracePacket: {
    processTree: [2, "ProcessTree"],
    clockSnapshot: [6, "ClockSnapshot"],
    timestamp: [8, "uint64"],
    sequenceId: [10, "uint32"],
    trackEvent: [11, "TrackEvent"],
    internedData: [12, "InternedData"],
    sequenceFlags: [13, "uint32"],
    incrementalStateCleared: [41, "bool"],
    previousPacketDropped: [42, "bool"],
    threadDescriptor: [44, "ThreadDescriptor"],
    compressedPackets: [50, "bytes"],
    timestampClockId: [58, "uint32"],
    defaults: [59, "TracePacketDefaults"],
    trackDescriptor: [60, "TrackDescriptor"],
  },
  TracePacketDefaults: { trackEventDefaults: [11, "TrackEventDefaults"], timestampClockId: [58, "uint32"] },
  TrackEventDefaults: { trackUuid: [11, "uint64"] },
  ClockSnapshot: { clocks: [1, "Clock", "repeated"], primaryTraceClock: [2, "uint32"] },
  Clock: {
    clockId: [1, "uint32"],
    timestamp: [2, "uint64"],
    isIncremental: [3, "bool"],
    unitMultiplierNs: [4, "uint64"],
  },
  InternedData: {
    categories: [1, "InternedText", "repeated"],
    names: [2, "InternedText", "repeated"],
    annotationNames: [3, "InternedText", "repeated"],
    annotationTexts: [29, "InternedText", "repeated"],
  },
  InternedText: { iid: [1, "uint64"], text: [2, "bytes"] },
  TrackEvent: {
    categoryIids: [3, "uint64", "repeated"],
    annotations: [4, "DebugAnnotation", "repeated"],
    legacy: [6, "LegacyEvent"],
    type: [9, "uint32"],
    nameIid: [10, "uint64"],
    trackUuid: [11, "uint64"],
    categories: [22, "string", "repeated"],
    name: [23, "string"],
    counterValue: [30, "int64"],
    oldFlowIds: [36, "uint64", "repeated"],
    oldTerminatingFlowIds: [42, "uint64", "repeated"],
    doubleCounterValue: [44, "double"],
    flowIds: [47, "fixed64", "repeated"],
    terminatingFlowIds: [48, "fixed64", "repeated"],
  },
  LegacyEvent: { nameIid: [1, "uint64"], phase: [2, "int32"], durationUs: [3, "int64"] },
  DebugAnnotation: {
    nameIid: [1, "uint64"],
    boolValue: [2, "bool"],
    uintValue: [3, "uint64"],
    intValue: [4, "int64"],
    doubleValue: [5, "double"],
    stringValue: [6, "string"],
    pointerValue: [7, "uint64"],
    nestedValue: [8, "NestedValue"],
    legacyJsonValue: [9, "string"],
    name: [10, "string"],
    entries: [11, "DebugAnnotation", "repeated"],
    elements: [12, "DebugAnnotation", "repeated"],
    stringValueIid: [17, "uint64"],
  },
  NestedValue: {
    keys: [2, "string", "repeated"],
    values: [3, "NestedValue", "repeated"],
    elements: [4, "NestedValue", "repeated"],
    intValue: [5, "int64"],
    doubleValue: [6, "double"],
    boolValue: [7, "bool"],
    stringValue: [8, "string"],
  },
  TrackDescriptor: {
    uuid: [1, "uint64"],
    name: [2, "string"],
    process: [3, "ProcessDescriptor"],
    thread: [4, "ThreadDescriptor"],
    parentUuid: [5, "uint64"],
    counter: [8, "CounterDescriptor"],
    staticName: [10, "string"],
    siblingOrderRank: [12, "int32"],
  },
  ProcessDescriptor: { pid: [1, "int32"], name: [6, "string"] },
  ThreadDescriptor: { pid: [1, "int32"], tid: [2, "int64"], name: [5, "string"] },
  CounterDescriptor: { unitName: [6, "string"], unitMultiplier: [4, "int64"], isIncremental: [5, "bool"] },
  ProcessTree: { processes: [1, "TreeProcess", "repeated"], threads: [2, "TreeThread", "repeated"] },
  TreeProcess: { pid: [1, "int32"], commandLine: [3, "string", "repeated"] },
  TreeThread: { tid: [1, "int32"], name: [2, "string"], pid: [3, "int32"] },
};

const root = protobuf.Root.fromJSON({
  nested: Object.fromEntries(
    Object.entries(MESSAGES).map(([name, fields]) => [
      name,
      {
        // As Perfetto's own files: a zero that was written is there, a zero that was not is absent.
        edition: "proto2",
        fields: Object.fromEntries(
          Object.entries(fields).map(([field, [id, type, rule]]) => [field, { id, type, ...(rule && { rule }) }]),
        ),
      },
    ]),
  ),
});
const tracePacket = root.lookupType("TracePacket");

/** 64 bits as the decoder gives them. */
interface Long {
  readonly high: number;
  readonly low: number;
  toNumber(): number;
  toString(): string;
}

export type Integer = Long | number;

export interface TracePacket {
  readonly processTree?: ProcessTree;
  readonly clockSnapshot?: ClockSnapshot;
  readonly timestamp?: Integer;
  readonly sequenceId?: number;
  readonly trackEvent?: TrackEvent;
  readonly internedData?: InternedData;
  readonly sequenceFlags?: number;
  readonly incrementalStateCleared?: boolean;
  readonly previousPacketDropped?: boolean;
  readonly threadDescriptor?: ThreadDescriptor;
  readonly compressedPackets?: Uint8Array;
  readonly timestampClockId?: number;
  readonly defaults?: {
    readonly trackEventDefaults?: { readonly trackUuid?: Integer };
    readonly timestampClockId?: number;
  };
  readonly trackDescriptor?: TrackDescriptor;
}

export interface ClockSnapshot {
  readonly clocks?: readonly {
    readonly clockId?: number;
    readonly timestamp?: Integer;
    readonly isIncremental?: boolean;
    readonly unitMultiplierNs?: Integer;
  }[];
  readonly primaryTraceClock?: number;
}

export interface InternedText {
  readonly iid?: Integer;
  readonly text?: Uint8Array;
}

export interface InternedData {
  readonly categories?: readonly InternedText[];
  readonly names?: readonly InternedText[];
  readonly annotationNames?: readonly InternedText[];
  readonly annotationTexts?: readonly InternedText[];
}

export interface TrackEvent {
  readonly categoryIids?: readonly Integer[];
  readonly annotations?: readonly DebugAnnotation[];
  readonly legacy?: { readonly nameIid?: Integer; readonly phase?: number; readonly durationUs?: Integer };
  readonly type?: number;
  readonly nameIid?: Integer;
  readonly trackUuid?: Integer;
  readonly categories?: readonly string[];
  readonly name?: string;
  readonly counterValue?: Integer;
  readonly oldFlowIds?: readonly Integer[];
  readonly oldTerminatingFlowIds?: readonly Integer[];
  readonly doubleCounterValue?: number;
  readonly flowIds?: readonly Integer[];
  readonly terminatingFlowIds?: readonly Integer[];
}

export interface DebugAnnotation {
  readonly nameIid?: Integer;
  readonly boolValue?: boolean;
  readonly uintValue?: Integer;
  readonly intValue?: Integer;
  readonly doubleValue?: number;
  readonly stringValue?: string;
  readonly pointerValue?: Integer;
  readonly nestedValue?: NestedValue;
  readonly legacyJsonValue?: string;
  readonly name?: string;
  readonly entries?: readonly DebugAnnotation[];
  readonly elements?: readonly DebugAnnotation[];
  readonly stringValueIid?: Integer;
}

export interface NestedValue {
  readonly keys?: readonly string[];
  readonly values?: readonly NestedValue[];
  readonly elements?: readonly NestedValue[];
  readonly intValue?: Integer;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
  readonly stringValue?: string;
}

export interface TrackDescriptor {
  readonly uuid?: Integer;
  readonly name?: string;
  readonly process?: { readonly pid?: number; readonly name?: string };
  readonly thread?: ThreadDescriptor;
  readonly parentUuid?: Integer;
  readonly counter?: {
    readonly unitName?: string;
    readonly unitMultiplier?: Integer;
    readonly isIncremental?: boolean;
  };
  readonly staticName?: string;
  readonly siblingOrderRank?: number;
}

export interface ThreadDescriptor {
  readonly pid?: number;
  readonly tid?: Integer;
  readonly name?: string;
}

export interface ProcessTree {
  readonly processes?: readonly { readonly pid?: number; readonly commandLine?: readonly string[] }[];
  readonly threads?: readonly { readonly tid?: number; readonly name?: string; readonly pid?: number }[];
}

/** Only what the bytes hold: the decoder's defaults stay on its prototype. @throws Error when the bytes are no such message */
export function decodePacket(bytes: Uint8Array): TracePacket {
  return tracePacket.decode(bytes) as TracePacket;
}

/** Value of a field, undefined where the message does not have it: the decoder makes an empty list of an absent one. */
export function field<Message extends object, Key extends keyof Message>(
  message: Message,
  key: Key,
): Message[Key] | undefined {
  const value = Object.hasOwn(message, key) ? message[key] : undefined;
  return Array.isArray(value) && value.length === 0 ? undefined : value;
}

/** Exact as a text, for ids of 64 bits. */
export function idOf(value: Integer): string {
  return typeof value === "number" ? String(value) : value.toString();
}

export function numberOf(value: Integer): number {
  return typeof value === "number" ? value : value.toNumber();
}

/** The upper and the lower 32 bits, unsigned. */
export function halvesOf(value: Integer): readonly [high: number, low: number] {
  if (typeof value === "number") return [Math.floor(value / 2 ** 32), value >>> 0];
  return [value.high >>> 0, value.low >>> 0];
}
