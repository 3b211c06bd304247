import { type SectionArray } from '../domain/sections.js';

/** The element types of a section, named as NumPy names them. All little-endian. */
export interface ArrayOfDtype {
  uint8: Uint8Array;
  int8: Int8Array;
  uint16: Uint16Array;
  int16: Int16Array;
  uint32: Uint32Array;
  int32: Int32Array;
  float32: Float32Array;
  float64: Float64Array;
}

export type Dtype = keyof ArrayOfDtype;

interface ArrayType {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): SectionArray;
}

const ARRAY_TYPES: Readonly<Record<Dtype, ArrayType>> = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** Whether this version of nextitem knows an element type. */
export function isDtype(name: unknown): name is Dtype {
  return typeof name === 'string' && Object.hasOwn(ARRAY_TYPES, name);
}

/** Bytes of one element. */
export function bytesPerElement(dtype: Dtype): number {
  return ARRAY_TYPES[dtype].BYTES_PER_ELEMENT;
}

/** The element type of an array. Throws a TypeError for arrays a bundle cannot hold, such as BigInt64Array. */
export function dtypeOf(array: SectionArray): Dtype {
  // A Buffer is a Uint8Array, so ask the value and not its constructor.
  for (const dtype of Object.keys(ARRAY_TYPES) as Dtype[]) {
    if (array instanceof ARRAY_TYPES[dtype]) return dtype;
  }
  throw new TypeError('a bundle section must be one of the typed arrays of domain/sections.ts');
}

/** A view of `length` elements at a byte offset that is a multiple of the element's size; nothing is copied. */
export function viewOf(
  dtype: Dtype,
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
): SectionArray {
  return new ARRAY_TYPES[dtype](buffer, byteOffset, length);
}

/** The bytes of an array as they lie in memory; nothing is copied. */
export function bytesOf(array: SectionArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Whether typed arrays of this machine have the byte order of the file (s390x, for one, has not). */
export const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
