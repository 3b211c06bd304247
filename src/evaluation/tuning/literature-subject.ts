import { knownEvents } from '../../tables/known-events.js';
import { type LiteratureMethod } from '../literature/literature-method.js';
import { TuningQuestions } from './questions.js';
import { type FlatSettings } from './search-space.js';
import { type TunableMethod } from './tunable-method.js';

/** A published method as the tuner's subject: it learns from what came before the validation block. */
export function literatureSubject<S extends FlatSettings>(method: LiteratureMethod<S>): TunableMethod {
  return {
    name: method.name,
    label: method.label,
    defaults: method.defaults,
    space: method.space,
    prepare(data) {
      const known = knownEvents(data.events, data.validationStart, data.testStart);
      const questions = new TuningQuestions(data);
      return {
        // A trial's settings are the defaults with some values replaced by others of the same dimension.
        evaluate: (settings, options) => questions.ask(method.fit(known, settings as S), options),
      };
    },
  };
}
