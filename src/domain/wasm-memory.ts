/** An array that lives in WebAssembly memory. */
export interface Placed<T> {
  /** Its address in bytes, a multiple of 64. */
  readonly at: number;
  /** There after {@link WasmMemory.start}. */
  readonly array: T;
}

/** Compiled code, shared by everything that runs it. */
export interface WasmModule {
  readonly compiled: object;
}

/** Compiles a module that a constant holds in base64. */
export function compileWasm(base64: string): WasmModule {
  return { compiled: new wasm.Module(Buffer.from(base64, 'base64')) };
}

/** Reserves arrays one after the other in one memory; then {@link start} makes compiled code run on them. */
export class WasmMemory {
  private readonly pending: ((buffer: ArrayBuffer) => void)[] = [];

  /** @param next the first address that is free: compiled code may keep constants below it */
  constructor(private next: number) {}

  floats(count: number): Placed<Float32Array> {
    return this.place(count * 4, (buffer, at) => new Float32Array(buffer, at, count));
  }

  doubles(count: number): Placed<Float64Array> {
    return this.place(count * 8, (buffer, at) => new Float64Array(buffer, at, count));
  }

  integers(count: number): Placed<Int32Array> {
    return this.place(count * 4, (buffer, at) => new Int32Array(buffer, at, count));
  }

  shorts(count: number): Placed<Int16Array> {
    return this.place(count * 2, (buffer, at) => new Int16Array(buffer, at, count));
  }

  bytes(count: number): Placed<Uint8Array> {
    return this.place(count, (buffer, at) => new Uint8Array(buffer, at, count));
  }

  /** Allocates everything reserved, zeroed. Returns what the code exports. */
  start(module: WasmModule): object {
    const memory = new wasm.Memory({ initial: Math.ceil(this.next / 65536) });
    for (const allocate of this.pending) allocate(memory.buffer);
    return new wasm.Instance(module.compiled, { env: { memory, abort } }).exports;
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
  throw new Error('compiled code was given an address outside its memory');
}

/** The part of WebAssembly that is used: its types come with browsers' type definitions only. */
interface WebAssemblyApi {
  Memory: new (limits: { initial: number }) => { readonly buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: object };
}
const wasm = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;
