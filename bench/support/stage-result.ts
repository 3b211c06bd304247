/** One stage of a training run, as it is told from process to process. */
export interface StageResult {
  readonly stage: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Memory of the process when the stage ended. */
  readonly residentMib: number;
  /** The most it ever had until then. */
  readonly peakMib: number;
}
