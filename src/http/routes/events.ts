import { type Static } from 'typebox';
import { type LoggedEvent } from '../../sessions/event-log.js';
import { type App } from '../app-type.js';
import { type RouteDependencies } from '../dependencies.js';
import { acceptEvents, toEvent } from '../event-intake.js';
import { asNextItemError, invalidRequest, type ValidationIssue } from '../problem.js';
import { errorAnswers } from '../schemas/answers.js';
import { EventBody, EventsAnswer, EventsBody } from '../schemas/events.js';

type Result = Static<typeof EventsAnswer>['results'][number];

/** POST /events: up to 1,000 events; each is accepted or refused by itself. */
export function eventsRoute(app: App, deps: RouteDependencies): void {
  app.post(
    '/events',
    {
      schema: {
        operationId: 'recordEvents',
        tags: ['events'],
        summary: 'Tell many events at once',
        description:
          'Each event is accepted or refused by itself; the results are in order. Answers 503 only if none could be stored.',
        body: EventsBody,
        response: { 200: EventsAnswer, ...errorAnswers(400, 413, 415, 503) },
      },
    },
    async (request) => {
      const nowMs = deps.clock();
      const validate = request.compileValidationSchema(EventBody);
      const results: (Result | null)[] = [];
      const events: LoggedEvent[] = [];
      for (const [i, body] of request.body.events.entries()) {
        const where = `body.events[${i}]`;
        try {
          if (!validate(body)) throw invalidRequest(validate.errors as unknown as ValidationIssue[], where);
          events.push(toEvent(body as Static<typeof EventBody>, nowMs, deps.config, where));
          results.push(null);
        } catch (error) {
          deps.metrics.event('any', 'refused');
          results.push(refused(error as Error));
        }
      }
      const outcomes = await acceptEvents(events, deps);
      if (outcomes.length === results.length && outcomes.every((outcome) => outcome instanceof Error)) {
        throw outcomes[0]!;
      }
      let n = 0;
      return {
        results: results.map((result) => {
          if (result !== null) return result;
          const { sessionId } = events[n]!;
          const outcome = outcomes[n++]!;
          return outcome instanceof Error
            ? refused(outcome)
            : { status: 'success' as const, session_id: sessionId, event_count: outcome.eventCount };
        }),
      };
    },
  );
}

function refused(error: Error): Result {
  const { code, detail, where } = asNextItemError(error);
  return { status: 'error', code, detail, ...(where === undefined ? {} : { where }) };
}
