import { type Static } from 'typebox';
import { type App } from '../app-type.js';
import { type RouteDependencies } from '../dependencies.js';
import { acceptEach, toEvent } from '../event-intake.js';
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
      const read = (body: unknown, where: string) => {
        if (!validate(body)) throw invalidRequest(validate.errors as unknown as ValidationIssue[], where);
        return toEvent(body as Static<typeof EventBody>, nowMs, deps.config, where);
      };
      const outcomes = await acceptEach(request.body.events, read, deps);
      return {
        results: outcomes.map((outcome): Result =>
          outcome instanceof Error
            ? refused(outcome)
            : { status: 'success', session_id: outcome.sessionId, event_count: outcome.eventCount },
        ),
      };
    },
  );
}

function refused(error: Error): Result {
  const { code, detail, where } = asNextItemError(error);
  return { status: 'error', code, detail, ...(where === undefined ? {} : { where }) };
}
