/** What a tuner may try for one setting. */
export type Dimension =
  /** One of a few values, in no order. */
  | { readonly kind: 'choice'; readonly values: readonly (string | number | boolean)[] }
  /** A real number in [low, high]; `log` spreads the trials evenly over orders of magnitude (low above 0). */
  | { readonly kind: 'real'; readonly low: number; readonly high: number; readonly log?: boolean }
  /** A whole number in [low, high]. */
  | { readonly kind: 'whole'; readonly low: number; readonly high: number; readonly log?: boolean };

/** One setting's value. Settings are flat, so that a trial is one line of JSON. */
export type SettingValue = string | number | boolean;
export type FlatSettings = Readonly<Record<string, SettingValue>>;

/** The settings that are tuned, by name; what is not in it keeps its default. */
export type SearchSpace<S extends FlatSettings = FlatSettings> = { readonly [K in keyof S]?: Dimension };
