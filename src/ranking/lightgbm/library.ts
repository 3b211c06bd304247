import koffi, { type KoffiFunc } from 'koffi';
import { NextItemError } from '../../errors.js';

/** Row-major [rows x columns]. */
export interface Matrix {
  readonly values: Float32Array | Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** The functions of LightGBM's C API (include/LightGBM/c_api.h, 4.1) that are used here. */
const FUNCTIONS = {
  datasetCreate:
    'int LGBM_DatasetCreateFromMat(const void *data, int type, int32_t rows, int32_t columns, int row_major, const char *parameters, void *reference, _Out_ void **out)',
  datasetSetField:
    'int LGBM_DatasetSetField(void *dataset, const char *name, const void *data, int count, int type)',
  datasetSetFeatureNames: 'int LGBM_DatasetSetFeatureNames(void *dataset, const char **names, int count)',
  datasetFree: 'int LGBM_DatasetFree(void *dataset)',
  boosterCreate: 'int LGBM_BoosterCreate(void *dataset, const char *parameters, _Out_ void **out)',
  boosterLoad:
    'int LGBM_BoosterLoadModelFromString(const char *model, _Out_ int *iterations, _Out_ void **out)',
  boosterFree: 'int LGBM_BoosterFree(void *booster)',
  boosterAddValidData: 'int LGBM_BoosterAddValidData(void *booster, void *dataset)',
  boosterUpdate: 'int LGBM_BoosterUpdateOneIter(void *booster, _Out_ int *finished)',
  boosterEvalCount: 'int LGBM_BoosterGetEvalCounts(void *booster, _Out_ int *count)',
  boosterEval: 'int LGBM_BoosterGetEval(void *booster, int data, _Out_ int *count, double *values)',
  boosterNumPredict: 'int LGBM_BoosterGetNumPredict(void *booster, int data, _Out_ int64_t *count)',
  boosterGetPredict:
    'int LGBM_BoosterGetPredict(void *booster, int data, _Out_ int64_t *count, double *values)',
  boosterNumFeature: 'int LGBM_BoosterGetNumFeature(void *booster, _Out_ int *count)',
  boosterPredict:
    'int LGBM_BoosterPredictForMat(void *booster, const void *data, int type, int32_t rows, int32_t columns, int row_major, int kind, int start, int iterations, const char *parameters, _Out_ int64_t *count, double *values)',
  boosterSave:
    'int LGBM_BoosterSaveModelToString(void *booster, int start, int iterations, int importance, int64_t capacity, _Out_ int64_t *length, char *text)',
  boosterImportance:
    'int LGBM_BoosterFeatureImportance(void *booster, int iterations, int kind, double *values)',
} as const;

const FLOAT32 = 0;
const FLOAT64 = 1;
const INT32 = 2;
const RAW_SCORE = 1;
const CONTRIBUTIONS = 3;
const SPLITS = 0;
const GAIN = 1;

type NativeFunction = KoffiFunc<(...args: unknown[]) => unknown>;

/** A pointer into the library, as koffi hands it out. */
type Handle = bigint;

const loaded = new Map<string, LightGbm>();

/**
 * LightGBM's C API. Calls are synchronous on purpose: the library keeps its last error per thread, so a call made on
 * another thread would lose its message. {@link Dataset} and {@link Booster} own native memory until `free`.
 */
export class LightGbm {
  private readonly functions: Record<keyof typeof FUNCTIONS, NativeFunction>;
  private readonly lastError: NativeFunction;

  private constructor(path: string) {
    // Read by the OpenMP runtime when it is loaded: threads that wait for each other sleep instead of spinning. On cores
    // shared with other work, spinning made two threads several times slower than one.
    process.env['OMP_WAIT_POLICY'] ??= 'passive';
    try {
      const library = koffi.load(path);
      this.lastError = library.func('const char *LGBM_GetLastError()');
      this.functions = Object.fromEntries(
        Object.entries(FUNCTIONS).map(([name, definition]) => [name, library.func(definition)]),
      ) as Record<keyof typeof FUNCTIONS, NativeFunction>;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new NextItemError('lightgbm_missing', `the library cannot be loaded: ${reason}`, path, {
        cause: error,
      });
    }
  }

  /**
   * Loads the library of a path, once per process.
   * @throws NextItemError `lightgbm_missing` if the file is not a LightGBM library that this machine can load
   */
  static load(path: string): LightGbm {
    let library = loaded.get(path);
    if (library === undefined) loaded.set(path, (library = new LightGbm(path)));
    return library;
  }

  /**
   * Calls a function of the library.
   * @throws NextItemError `lightgbm_failed` with the library's message (which it prints to stderr as well)
   */
  call(name: keyof typeof FUNCTIONS, ...args: unknown[]): void {
    const code = this.functions[name](...args) as number;
    if (code !== 0) throw new NextItemError('lightgbm_failed', this.lastError() as string);
  }
}

/** Training or validation rows inside the library, already cut into histogram bins. Free it after its boosters. */
export class Dataset {
  private constructor(
    private readonly library: LightGbm,
    readonly handle: Handle,
    readonly rows: number,
  ) {}

  /**
   * Copies and bins a matrix.
   * @param reference bins are taken from this one: what validation data needs
   */
  static create(library: LightGbm, matrix: Matrix, parameters: string, reference?: Dataset): Dataset {
    const out: [Handle | null] = [null];
    const { values, rows, columns } = matrix;
    library.call(
      'datasetCreate',
      values,
      floatType(values),
      rows,
      columns,
      1,
      parameters,
      reference?.handle ?? null,
      out,
    );
    return new Dataset(library, out[0]!, rows);
  }

  /** Copies a column of the rows (label, weight) or of the queries (group: rows per query, in row order). */
  setField(name: 'label' | 'weight' | 'group', values: Float32Array | Int32Array): void {
    const type = values instanceof Int32Array ? INT32 : FLOAT32;
    this.library.call('datasetSetField', this.handle, name, values, values.length, type);
  }

  setFeatureNames(names: readonly string[]): void {
    this.library.call('datasetSetFeatureNames', this.handle, names, names.length);
  }

  free(): void {
    this.library.call('datasetFree', this.handle);
  }
}

/** A model inside the library, in training or loaded. */
export class Booster {
  private constructor(
    private readonly library: LightGbm,
    private readonly handle: Handle,
  ) {}

  static create(library: LightGbm, train: Dataset, parameters: string): Booster {
    const out: [Handle | null] = [null];
    library.call('boosterCreate', train.handle, parameters, out);
    return new Booster(library, out[0]!);
  }

  /** Loads a text model. The library trusts it: text from elsewhere goes through `Forest.parse` first. */
  static load(library: LightGbm, modelText: string): Booster {
    const out: [Handle | null] = [null];
    library.call('boosterLoad', modelText, [0], out);
    return new Booster(library, out[0]!);
  }

  addValidation(dataset: Dataset): void {
    this.library.call('boosterAddValidData', this.handle, dataset.handle);
  }

  /** Grows one more tree. Returns false when no split was possible any more and nothing was added. */
  update(): boolean {
    const finished: [number] = [0];
    this.library.call('boosterUpdate', this.handle, finished);
    return finished[0] === 0;
  }

  /** The metrics of the first validation dataset, in the order they were asked for. */
  evaluateValidation(): Float64Array {
    const count: [number] = [0];
    this.library.call('boosterEvalCount', this.handle, count);
    const values = new Float64Array(count[0]);
    this.library.call('boosterEval', this.handle, 1, count, values);
    return values;
  }

  /** [rows] current scores of the first validation dataset: raw for lambdarank, probabilities for binary. */
  validationScores(): Float64Array {
    const count: [number | bigint] = [0];
    this.library.call('boosterNumPredict', this.handle, 1, count);
    const values = new Float64Array(Number(count[0]));
    this.library.call('boosterGetPredict', this.handle, 1, count, values);
    return values;
  }

  get featureCount(): number {
    const count: [number] = [0];
    this.library.call('boosterNumFeature', this.handle, count);
    return count[0];
  }

  /** Raw scores (sums of leaf values) of a single-output model into `out` [rows]. */
  predictRaw(matrix: Matrix, out: Float64Array, threads = 1): void {
    this.predict(matrix, RAW_SCORE, 1, out, threads);
  }

  /**
   * What each feature contributes to the raw scores (the library's exact TreeSHAP), row-major [rows x (features + 1)]; the
   * last column is the expected score.
   */
  predictContributions(matrix: Matrix, out: Float64Array, threads = 1): void {
    this.predict(matrix, CONTRIBUTIONS, matrix.columns + 1, out, threads);
  }

  /** @param width of a row of `out` */
  private predict(matrix: Matrix, kind: number, width: number, out: Float64Array, threads: number): void {
    const { values, rows, columns } = matrix;
    if (values.length < rows * columns || out.length < rows * width) {
      throw new NextItemError('lightgbm_failed', `arrays too short for ${rows} rows of ${columns} features`);
    }
    const parameters = `num_threads=${threads} verbosity=-1`;
    this.library.call(
      'boosterPredict',
      this.handle,
      values,
      floatType(values),
      rows,
      columns,
      1,
      kind,
      0,
      -1,
      parameters,
      [0],
      out,
    );
  }

  /** LightGBM's text model, cut after a number of iterations (0: all). */
  toText(iterations: number): string {
    let text = Buffer.alloc(1 << 20);
    for (;;) {
      const length: [number | bigint] = [0];
      this.library.call('boosterSave', this.handle, 0, iterations, SPLITS, text.length, length, text);
      const needed = Number(length[0]); // the closing zero byte included
      if (needed <= text.length) return text.toString('utf8', 0, needed - 1);
      text = Buffer.alloc(needed);
    }
  }

  /** [features] how often each feature splits, and what those splits gained, over the first iterations (0: all). */
  importance(iterations: number): { splits: Float64Array; gain: Float64Array } {
    const splits = new Float64Array(this.featureCount);
    const gain = new Float64Array(splits.length);
    this.library.call('boosterImportance', this.handle, iterations, SPLITS, splits);
    this.library.call('boosterImportance', this.handle, iterations, GAIN, gain);
    return { splits, gain };
  }

  free(): void {
    this.library.call('boosterFree', this.handle);
  }
}

function floatType(values: Float32Array | Float64Array): number {
  return values instanceof Float32Array ? FLOAT32 : FLOAT64;
}
