import { type App } from '../app.js';
import { type AppDependencies } from '../dependencies.js';
import { acceptEvents, toEvent } from '../event-intake.js';
import { EventAnswer, EventBody } from '../schemas/events.js';
import { errorAnswers } from '../schemas/answers.js';

/** POST /event: one event, acknowledged when it is on disk. */
export function eventRoute(app: App, deps: AppDependencies): void {
  app.post(
    '/event',
    {
      schema: {
        tags: ['events'],
        summary: 'Tell what a shopper did',
        description: 'Answers when the event is stored: every recommendation asked for afterwards knows it.',
        body: EventBody,
        response: { 200: EventAnswer, ...errorAnswers(400, 413, 415, 503) },
      },
    },
    async (request) => {
      const [result] = await acceptEvents([toEvent(request.body, deps.clock(), deps)], deps);
      if (result instanceof Error) throw result;
      return {
        status: 'success' as const,
        session_id: request.body.session_id,
        event_count: result!.eventCount,
      };
    },
  );
}
