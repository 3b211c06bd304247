import { flattenSettings, withFlatSettings } from '../../evaluation/tuning/flat-settings.js';
import { type FlatSettings } from '../../evaluation/tuning/search-space.js';
import { DEFAULT_RANKER_PARAMETERS } from '../../ranking/lightgbm/parameters.js';
import { DEFAULT_TRAINING_SETTINGS, type TrainingSettings } from '../settings.js';

// What is asked is no way of answering.
const { target: _target, ...WAYS_OF_ANSWERING } = DEFAULT_TRAINING_SETTINGS;

/**
 * Every setting of our pipeline by its path, such as `retrieval.lagDecay.walk` or `ranker.leaves`, with its default;
 * all but the target.
 */
export const OUR_SETTINGS: FlatSettings = flattenSettings({
  ...WAYS_OF_ANSWERING,
  ranker: DEFAULT_RANKER_PARAMETERS,
});

/** Training settings with some values replaced, by the names of {@link OUR_SETTINGS}. */
export function withOurSettings(settings: TrainingSettings, flat: FlatSettings): TrainingSettings {
  // Of the ranker only what is given: a parameter left out may be chosen by the size of the data.
  const ranker = Object.entries(flat)
    .filter(([name]) => name.startsWith('ranker.'))
    .map(([name, value]) => [name.slice('ranker.'.length), value] as const);
  const replaced = withFlatSettings(settings, flat);
  return { ...replaced, ranker: { ...replaced.ranker, ...Object.fromEntries(ranker) } };
}
