import { Type } from '../schemas/type.js';
import { NextItemError } from '../../errors.js';
import { sessionsOfUser } from '../../sessions/event-log.js';
import { type App } from '../app-type.js';
import { type RouteDependencies } from '../dependencies.js';
import { errorAnswers } from '../schemas/answers.js';
import { SessionId, UserId } from '../schemas/common.js';
import { StoredEvent, storedEvent } from '../schemas/events.js';

const StoredSession = Type.Object(
  {
    session_id: Type.String(),
    user_id: Type.Optional(Type.String()),
    event_count: Type.Integer(),
    events: Type.Array(StoredEvent),
  },
  { description: 'As it is stored' },
);

const Erased = Type.Object(
  {
    status: Type.Literal('success'),
    sessions: Type.Integer({ description: 'Live sessions erased.' }),
  },
  { description: 'Nothing of it remains' },
);

/** GET and DELETE /session/{session_id}, DELETE /users/{user_id}: look at what is kept, and erase it. */
export function sessionRoutes(app: App, { store, sessions, eventLog, featureLog }: RouteDependencies): void {
  app.get(
    '/session/:session_id',
    {
      schema: {
        operationId: 'showSession',
        tags: ['sessions'],
        summary: 'A session as it is stored',
        params: Type.Object({ session_id: SessionId }),
        response: { 200: StoredSession, ...errorAnswers(400, 404, 503) },
      },
    },
    async (request) => {
      const session = await store.read(request.params.session_id);
      if (session === null)
        throw new NextItemError('unknown_session', 'nothing is stored for it', 'path.session_id');
      return {
        session_id: session.sessionId,
        ...(session.userId === undefined ? {} : { user_id: session.userId }),
        event_count: session.eventCount,
        events: session.events.map(storedEvent),
      };
    },
  );

  app.delete(
    '/session/:session_id',
    {
      schema: {
        operationId: 'eraseSession',
        tags: ['sessions'],
        summary: 'Erase a session',
        description: 'From the store and from all logs. Erasing a session that is not there is fine.',
        params: Type.Object({ session_id: SessionId }),
        response: { 200: Erased, ...errorAnswers(400, 503) },
      },
    },
    async (request) => {
      const { session_id: sessionId } = request.params;
      const existed = await store.delete(sessionId);
      sessions.recent.forget(sessionId);
      await eventLog?.erase({ sessionId });
      await featureLog?.erase({ sessionIds: [sessionId] });
      return { status: 'success' as const, sessions: existed ? 1 : 0 };
    },
  );

  app.delete(
    '/users/:user_id',
    {
      schema: {
        operationId: 'eraseUser',
        tags: ['sessions'],
        summary: 'Erase everything of a shopper',
        description:
          'Every session that ever named the user id, as a whole: from the store and from all logs, also sessions that live no more.',
        params: Type.Object({ user_id: UserId }),
        response: { 200: Erased, ...errorAnswers(400, 503) },
      },
    },
    async (request) => {
      const { user_id: userId } = request.params;
      const sessionIds = new Set(eventLog === null ? [] : await sessionsOfUser(eventLog.dir, userId));
      const live = await store.deleteUser(userId);
      let erased = live.length;
      sessions.recent.forgetUser(userId);
      for (const sessionId of live) sessionIds.add(sessionId);
      for (const sessionId of sessionIds) {
        if (await store.delete(sessionId)) erased++;
        sessions.recent.forget(sessionId);
        await eventLog?.erase({ sessionId });
      }
      await featureLog?.erase({ sessionIds: [...sessionIds], userId });
      // Last: after a failure these events still lead a retry to the sessions.
      await eventLog?.erase({ userId });
      return { status: 'success' as const, sessions: erased };
    },
  );
}
