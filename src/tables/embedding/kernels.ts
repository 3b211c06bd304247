import { compileWasm, type Placed, WasmMemory, type WasmModule } from '../../domain/wasm-memory.js';
import { KERNELS_WASM } from './kernels-wasm.js';

/** The size of every vector; the kernels are written for it. */
export const DIMENSIONS = 64;

/** Below this address lie the constants of the compiled kernels: the tables of their logarithm, up to 5 KiB. */
const FIRST_ADDRESS = 8192;

let compiled: WasmModule | undefined;

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

/** Reserves arrays in the memory of the kernels, one after the other; then {@link start} makes the kernels run on them. */
export class KernelMemory {
  private readonly memory = new WasmMemory(FIRST_ADDRESS);

  /** [vectors x 64] of 32-bit floats. */
  vectors(count: number): Placed<Float32Array> {
    return this.memory.floats(count * DIMENSIONS);
  }

  /** [vectors x 64] of 16-bit integers. */
  shortVectors(count: number): Placed<Int16Array> {
    return this.memory.shorts(count * DIMENSIONS);
  }

  floats(count: number): Placed<Float32Array> {
    return this.memory.floats(count);
  }

  integers(count: number): Placed<Int32Array> {
    return this.memory.integers(count);
  }

  /** Allocates everything reserved, zeroed. */
  start(): KernelExports {
    compiled ??= compileWasm(KERNELS_WASM);
    return this.memory.start(compiled) as KernelExports;
  }
}
