import { join } from 'node:path';
import { describeBundle, type BundleDescription } from '../../bundle/describe-bundle.js';
import { listBundles, resolveVersion } from '../../bundle/versions.js';
import { type Session } from '../../domain/session.js';
import { NextItemError } from '../../errors.js';
import { comparePairedScores, type SessionScores } from '../../metrics/session-scores.js';
import { type EvaluationReport } from '../../metrics/evaluation-report.js';
import { type Recommender } from '../../recommend/contract.js';
import { asError } from '../../sessions/store-error.js';
import { type App } from '../app-type.js';
import { type RouteDependencies } from '../dependencies.js';
import { toSession } from '../event-intake.js';
import { recommendedItem } from '../recommendations.js';
import { SecondModel } from '../second-model.js';
import { errorAnswers } from '../schemas/answers.js';
import { DEFAULT_K, id, K, RecommendedItem, SessionId } from '../schemas/common.js';
import { InlineEvent, MAX_INLINE_EVENTS } from '../schemas/events.js';
import { Type } from '../schemas/type.js';

/** The newest that are listed. */
const MAX_MODELS = 100;
const MAX_SESSIONS = 50;
/** Sessions that are compared if the request names none: one click on each of the most popular items. */
const SAMPLE_SESSIONS = 20;

const Version = id('A version such as 20260131-120000, or latest.');

const Interval = Type.Object({ mean: Type.Number(), low: Type.Number(), high: Type.Number() });

const Summary = {
  model_version: Type.String(),
  served: Type.Boolean({ description: 'Whether it is the one in service.' }),
  trained_at: Type.Optional(Type.String({ description: 'RFC 3339.' })),
  bytes: Type.Optional(Type.Integer({ description: 'Of all its files.' })),
  counts: Type.Optional(
    Type.Record(Type.String(), Type.Number(), { description: 'Items, sessions, events.' }),
  ),
  metrics: Type.Optional(
    Type.Record(Type.String(), Interval, {
      description:
        'Of the evaluation in training, such as HR@20, with their intervals; missing if there was none.',
    }),
  ),
  problem: Type.Optional(Type.String({ description: 'Why it cannot be served.' })),
};

const Detail = Type.Object(
  {
    ...Summary,
    source: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    settings: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    evaluations: Type.Array(Type.Unknown(), {
      description: 'The reports of the evaluation in training: methods, intervals, breakdowns.',
    }),
    importances: Type.Array(
      Type.Object({
        feature: Type.String(),
        meaning: Type.Optional(
          Type.String({ description: 'In words, if the model in service knows the feature too.' }),
        ),
        gain: Type.Number(),
        splits: Type.Number(),
      }),
      { description: 'Of the ranker, the largest gain first.' },
    ),
    learning_curve: Type.Optional(
      Type.Object({
        best_iteration: Type.Integer(),
        points: Type.Array(
          Type.Object({ iteration: Type.Integer(), metrics: Type.Record(Type.String(), Type.Number()) }),
        ),
      }),
    ),
  },
  { description: 'All that is known of the model' },
);

const CompareBody = Type.Object(
  {
    base: Version,
    other: Version,
    k: K,
    sessions: Type.Optional(
      Type.Array(
        Type.Object(
          {
            session_id: Type.Optional(SessionId),
            events: Type.Optional(Type.Array(InlineEvent, { maxItems: MAX_INLINE_EVENTS })),
          },
          { additionalProperties: false },
        ),
        {
          minItems: 1,
          maxItems: MAX_SESSIONS,
          description: `Stored sessions, or events; without any: one view of each of the ${SAMPLE_SESSIONS} most popular items.`,
        },
      ),
    ),
  },
  { additionalProperties: false, examples: [{ base: '20260101-000000', other: 'latest', k: 5 }] },
);

const Compared = Type.Object(
  {
    base: Type.String(),
    other: Type.String(),
    differences: Type.Array(
      Type.Object({
        task: Type.String({ description: 'What was asked in the evaluations.' }),
        metric: Type.String(),
        base: Type.Number(),
        other: Type.Number(),
        difference: Type.Number({ description: '"other" less "base".' }),
        low: Type.Number({
          description: 'Its 95 % interval, session by session: without 0 in it the difference is real.',
        }),
        high: Type.Number(),
      }),
      { description: 'Of the evaluations in training; empty unless both were asked the same.' },
    ),
    mean_overlap: Type.Number({
      description: 'Share of items that both answers have, mean over the sessions.',
    }),
    sessions: Type.Array(
      Type.Object({
        session_id: Type.String(),
        items: Type.Array(Type.String(), { description: 'Of the session, oldest first.' }),
        overlap: Type.Number(),
        base: Type.Array(RecommendedItem),
        other: Type.Array(RecommendedItem),
      }),
    ),
  },
  { description: 'What both answer to the same sessions' },
);

/** GET /models, GET /models/{version}, POST /models/compare: the models there are, and which is better. */
export function modelsRoutes(app: App, { config, recommender, store, clock }: RouteDependencies): void {
  const { artifactsPath } = config;
  const second = new SecondModel(artifactsPath, recommender);
  app.addHook('onClose', async () => second.close());
  const isServed = (version: string) => recommender().modelVersion === version;

  app.get(
    '/models',
    {
      schema: {
        operationId: 'models',
        tags: ['admin'],
        summary: 'The models there are, the newest first',
        response: {
          200: Type.Object({ models: Type.Array(Type.Object(Summary)) }, { description: 'At most 100' }),
          ...errorAnswers(400),
        },
      },
    },
    async () => ({
      models: await Promise.all((await listBundles(artifactsPath)).slice(0, MAX_MODELS).map(summaryOf)),
    }),
  );

  app.get(
    '/models/:version',
    {
      schema: {
        operationId: 'model',
        tags: ['admin'],
        summary: 'A model: settings, metrics, importances, learning curve',
        params: Type.Object({ version: Version }),
        response: { 200: Detail, ...errorAnswers(400, 404, 409) },
      },
    },
    async ({ params }) => {
      const { version, dir } = await foundVersion(params.version);
      const bundle = await describeBundle(dir).catch(refuseModel);
      return { ...(await summary(version, bundle)), ...(await detail(bundle, meanings())) };
    },
  );

  app.post(
    '/models/compare',
    {
      schema: {
        operationId: 'compareModels',
        tags: ['admin'],
        summary: 'The same sessions, answered by two models',
        description:
          'A model that is not in service is opened for it and kept for five minutes. Nothing is stored, and what is in service stays.',
        body: CompareBody,
        response: { 200: Compared, ...errorAnswers(400, 404, 409, 413, 415, 503) },
      },
    },
    async ({ body }) => {
      const [base, other] = [await modelOf(body.base), await modelOf(body.other)];
      const sessions = body.sessions === undefined ? samples(base) : await asked(body.sessions);
      const options = { k: body.k ?? DEFAULT_K, includeViewed: config.includeViewed, unseen: true };
      const compared = sessions.map((session) => {
        const answers = [base, other].map((model) => model.recommend(session, options).recommendations);
        const [ours, theirs] = answers as [(typeof answers)[0], (typeof answers)[0]];
        const shown = new Set(ours.map(({ itemId }) => itemId));
        const both = theirs.filter(({ itemId }) => shown.has(itemId)).length;
        return {
          session_id: session.sessionId,
          items: session.events.map(({ itemId }) => itemId),
          overlap: both / Math.max(1, ours.length, theirs.length),
          base: ours.map(recommendedItem),
          other: theirs.map(recommendedItem),
        };
      });
      return {
        base: base.modelVersion,
        other: other.modelVersion,
        differences: await differences(base.modelVersion, other.modelVersion),
        mean_overlap: compared.reduce((sum, { overlap }) => sum + overlap, 0) / Math.max(1, compared.length),
        sessions: compared,
      };
    },
  );

  function meanings(): ReadonlyMap<string, string> {
    return new Map(recommender().features.map(({ name, meaning }) => [name, meaning]));
  }

  async function differences(base: string, other: string) {
    const [ours, theirs] = [await scoresOf(base), await scoresOf(other)];
    return ours.flatMap(({ title, ...scores }) => {
      const its = theirs.find((each) => each.title === title);
      const compared = its === undefined ? null : comparePairedScores(scores, its);
      return (compared ?? []).map((each) => ({ task: title, ...each }));
    });
  }

  /** None where the model was not evaluated, or is not in the folder any more. */
  async function scoresOf(version: string): Promise<(SessionScores & { title: string })[]> {
    const bundle = await describeBundle(join(artifactsPath, version)).catch(() => null);
    const scores = await bundle?.json('session-scores.json');
    return Array.isArray(scores) ? (scores as (SessionScores & { title: string })[]) : [];
  }

  async function summaryOf(version: string) {
    try {
      return await summary(version, await describeBundle(join(artifactsPath, version)));
    } catch (error) {
      return { model_version: version, served: isServed(version), problem: asError(error).message };
    }
  }

  async function summary(version: string, bundle: BundleDescription) {
    const { trainedAtMs, counts } = bundle.manifest;
    const metrics = headline(await reportsOf(bundle));
    return {
      model_version: version,
      served: isServed(version),
      ...(Number.isNaN(new Date(trainedAtMs).valueOf())
        ? {}
        : { trained_at: new Date(trainedAtMs).toISOString() }),
      bytes: bundle.byteLength,
      counts: { ...counts },
      ...(metrics === null ? {} : { metrics: { ...metrics } }),
    };
  }

  async function foundVersion(version: string): Promise<{ version: string; dir: string }> {
    try {
      return await resolveVersion(artifactsPath, version);
    } catch (error) {
      throw new NextItemError('unknown_model', asError(error).message, 'path.version', { cause: error });
    }
  }

  /** @param version as asked for; the one in service need not be in the folder any more */
  async function modelOf(version: string): Promise<Recommender> {
    if (isServed(version)) return recommender();
    await foundVersion(version);
    return second.get(version).catch(refuseModel);
  }

  async function asked(sessions: readonly { session_id?: string; events?: Inline }[]): Promise<Session[]> {
    const found: Session[] = [];
    for (const [i, { session_id: sessionId, events }] of sessions.entries()) {
      const where = `body.sessions[${i}]`;
      if (events !== undefined)
        found.push(toSession(sessionId ?? `session ${i + 1}`, events, clock(), config, `${where}.events`));
      else if (sessionId === undefined)
        throw new NextItemError('invalid_request', 'it needs a session_id or events', where);
      else {
        const session = await store.read(sessionId);
        if (session === null)
          throw new NextItemError('unknown_session', 'nothing is stored for it', `${where}.session_id`);
        found.push(session);
      }
    }
    return found;
  }

  function samples(model: Recommender): Session[] {
    return model.popular(SAMPLE_SESSIONS)!.map(({ itemId }) => ({
      sessionId: `one view of ${itemId}`,
      events: [{ itemId, eventType: 'view' as const, timestampMs: clock() }],
      eventCount: 1,
    }));
  }
}

type Inline = Parameters<typeof toSession>[1];

function refuseModel(error: unknown): never {
  throw new NextItemError('model_refused', asError(error).message, undefined, { cause: error });
}

async function reportsOf(bundle: BundleDescription): Promise<EvaluationReport[]> {
  const reports = await bundle.json('metrics.json');
  return Array.isArray(reports) ? (reports as EvaluationReport[]) : [];
}

/** The metrics of what was proposed: the last method of the first report. */
function headline([report]: readonly EvaluationReport[]):
  EvaluationReport['methods'][number]['metrics'] | null {
  return report?.methods.at(-1)?.metrics ?? null;
}

async function detail(bundle: BundleDescription, meanings: ReadonlyMap<string, string>) {
  const { source, settings } = bundle.manifest;
  const importances = await bundle.json('importance.json');
  const curve = (await bundle.json('learning-curve.json')) as {
    bestIteration: number;
    history: object[];
  } | null;
  return {
    source: { ...source },
    settings: { ...settings },
    evaluations: await reportsOf(bundle),
    importances: Array.isArray(importances)
      ? (importances as { feature: string; gain: number; splits: number }[]).map((each) => {
          const meaning = meanings.get(each.feature);
          return meaning === undefined ? each : { ...each, meaning };
        })
      : [],
    ...(curve === null
      ? {}
      : {
          learning_curve: {
            best_iteration: curve.bestIteration,
            points: curve.history as { iteration: number; metrics: Record<string, number> }[],
          },
        }),
  };
}
