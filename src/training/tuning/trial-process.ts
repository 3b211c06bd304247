import { eventTableFromSections } from '../../data/event-table-sections.js';
import { NextItemError } from '../../errors.js';
import { type PreparedMethod } from '../../evaluation/tuning/tunable-method.js';
import { tunableMethod } from './subjects.js';
import { type FromTrial, type ToTrial } from './trial-messages.js';

/** A process that measures trials, one at a time, until the one that started it lets go of it. */

let subject: PreparedMethod | null = null;

// Ctrl-C reaches every process of the terminal; the one that started this decides.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
process.on('message', (message: ToTrial) => void answer(message).then((reply) => process.send?.(reply)));

async function answer(message: ToTrial): Promise<FromTrial> {
  try {
    if (message.kind === 'prepare') {
      const { method, training, sections, clock, data } = message.task;
      const events = eventTableFromSections((name) => sections[name], 'tuning', clock);
      subject = tunableMethod(method, training).prepare({ ...data, events });
      return { kind: 'prepared' };
    }
    return { kind: 'measured', measurement: await subject!.evaluate(message.settings, message.options) };
  } catch (error) {
    if (error instanceof NextItemError) {
      const where = error.where === undefined ? {} : { where: error.where };
      return { kind: 'failed', code: error.code, detail: error.detail, ...where };
    }
    return {
      kind: 'failed',
      code: null,
      detail: error instanceof Error ? (error.stack ?? '') : String(error),
    };
  }
}
