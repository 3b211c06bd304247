import { KERNELS_WASM } from './kernels-wasm.js';

/** The size of every vector; the kernels are written for it. */
export const DIMENSIONS = 64;
const VECTOR_BYTES = DIMENSIONS * 4;
const SHORT_VECTOR_BYTES = DIMENSIONS * 2;

/** Below this address lie the constants of the compiled kernels: the tables of their logarithm, up to 5 KiB. */
const FIRST_ADDRESS = 8192;

/** What assembly/embedding.ts exports. All arguments but counts and rates are addresses in bytes. */
export interface KernelExports {
  dots(a: number, x: number, out: number, rows: number, columns: number, scale: number): void;
  shortDots(a: number, x: number, out: number, count: number): void;
  shortDotsAt(a: number, x: number, rows: number, out: number, count: number): void;
  configure(...addresses: number[]): void;
  trainBatch(
    batch: number,
    lags: number,
    negatives: number,
    scale: number,
    learningRate: number,
    gateLearningRate: number,
  ): number;
}

/** An array that lives in the kernels' memory. */
export interface Placed<T> {
  readonly at: number;
  readonly array: T;
}

/** Reserves arrays in the memory of the kernels, one after the other; then {@link start} makes the kernels run on them. */
export class KernelMemory {
  private next = FIRST_ADDRESS;
  private readonly pending: ((buffer: ArrayBuffer) => void)[] = [];

  /** [vectors x 64] of 32-bit floats. */
  vectors(count: number): Placed<Float32Array> {
    return this.place(count * VECTOR_BYTES, (buffer, at) => new Float32Array(buffer, at, count * DIMENSIONS));
  }

  /** [vectors x 64] of 16-bit integers. */
  shortVectors(count: number): Placed<Int16Array> {
    return this.place(
      count * SHORT_VECTOR_BYTES,
      (buffer, at) => new Int16Array(buffer, at, count * DIMENSIONS),
    );
  }

  floats(count: number): Placed<Float32Array> {
    return this.place(count * 4, (buffer, at) => new Float32Array(buffer, at, count));
  }

  integers(count: number): Placed<Int32Array> {
    return this.place(count * 4, (buffer, at) => new Int32Array(buffer, at, count));
  }

  /** Allocates everything reserved, zeroed. */
  start(): KernelExports {
    const memory = new wasm.Memory({ initial: Math.ceil(this.next / 65536) });
    for (const allocate of this.pending) allocate(memory.buffer);
    const module = new wasm.Module(Buffer.from(KERNELS_WASM, 'base64'));
    return new wasm.Instance(module, { env: { memory, abort } }).exports as KernelExports;
  }

  private place<T>(bytes: number, make: (buffer: ArrayBuffer, at: number) => T): Placed<T> {
    const at = this.next;
    this.next += 64 * Math.ceil(bytes / 64);
    const placed = { at, array: null as T };
    this.pending.push((buffer) => (placed.array = make(buffer, at)));
    return placed;
  }
}

function abort(): never {
  throw new Error('the embedding kernels were given an address outside their memory');
}

/** The part of WebAssembly that is used: its types come with browsers' type definitions only. */
interface WebAssemblyApi {
  Memory: new (limits: { initial: number }) => { readonly buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: object };
}
const wasm = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;
