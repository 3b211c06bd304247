import { type Static } from 'typebox';
import { type App } from '../app-type.js';
import { type RouteDependencies } from '../dependencies.js';
import { acceptEach, toEvent } from '../event-intake.js';
import { acceptJsonAs } from '../json-body.js';
import { asNextItemError, invalidRequest, type ValidationIssue } from '../problem.js';
import { errorAnswers } from '../schemas/answers.js';
import { BeaconAnswer, BeaconBody, BeaconEvent } from '../schemas/events.js';

/**
 * POST /beacon: events from a shop's own pages, sent by nextitem.js. What a browser's beacon cannot do is not asked for: it has
 * no headers of its own, so the key is in the body, and its type is text/plain, for which no page has to ask permission first.
 * Only this route takes such bodies.
 */
export function beaconRoute(app: App, deps: RouteDependencies): void {
  void app.register((pages, _options, done) => {
    acceptJsonAs(pages, 'text/plain');
    pages.post(
      '/beacon',
      {
        schema: {
          operationId: 'recordPageEvents',
          tags: ['events'],
          summary: "Tell what a shopper did, from a shop's page",
          description:
            'JSON as text/plain, the key in the body. 200 when each event is stored or refused for good; 503 when any could not be stored: send all of them again, with the same ids.',
          consumes: ['text/plain', 'application/json'],
          body: BeaconBody,
          response: { 200: BeaconAnswer, ...errorAnswers(400, 413, 415, 503) },
        },
      },
      async (request) => {
        const nowMs = deps.clock();
        const validate = request.compileValidationSchema(BeaconEvent);
        const read = (body: unknown, where: string) => {
          if (!validate(body)) throw invalidRequest(validate.errors as unknown as ValidationIssue[], where);
          const { age_ms: ageMs = 0, ...event } = body as Static<typeof BeaconEvent>;
          return toEvent({ ...event, timestamp: nowMs - ageMs }, nowMs, deps.config, where);
        };
        const outcomes = await acceptEach((request.body as Static<typeof BeaconBody>).events, read, deps);
        const errors = outcomes.filter((outcome) => outcome instanceof Error).map(asNextItemError);
        const forNow = errors.find(({ status }) => status >= 500);
        if (forNow !== undefined) throw forNow;
        return {
          stored: outcomes.length - errors.length,
          refused: errors.map(({ code, detail, where }) => ({ code, detail, ...(where && { where }) })),
        };
      },
    );
    done();
  });
}
