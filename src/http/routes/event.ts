import { type App } from '../app-type.js';
import { type RouteDependencies } from '../dependencies.js';
import { acceptEvents, toEvent } from '../event-intake.js';
import { asNextItemError } from '../problem.js';
import { EventAnswer, EventBody } from '../schemas/events.js';
import { errorAnswers } from '../schemas/answers.js';

/** POST /event: one event, acknowledged when it is on disk. */
export function eventRoute(app: App, deps: RouteDependencies): void {
  app.post(
    '/event',
    {
      schema: {
        operationId: 'recordEvent',
        tags: ['events'],
        summary: 'Tell what a shopper did',
        description: 'Answers when the event is stored: every recommendation asked for afterwards knows it.',
        body: EventBody,
        response: { 200: EventAnswer, ...errorAnswers(400, 413, 415, 503) },
      },
      onError: (_request, _reply, error, done) => {
        if (asNextItemError(error).status < 500) deps.metrics.event('any', 'refused');
        done();
      },
    },
    async (request) => {
      const [result] = await acceptEvents([toEvent(request.body, deps.clock(), deps.config, 'body')], deps);
      if (result instanceof Error) throw result;
      return {
        status: 'success' as const,
        session_id: request.body.session_id,
        event_count: result!.eventCount,
      };
    },
  );
}
