import { type SessionEvent } from '../domain/event.js';
import { type ServedFeatures } from './contract.js';

/** One recommendation with everything it was made from. */
export interface FeatureRecord {
  readonly recommendationId: string;
  readonly sessionId: string;
  readonly userId?: string;
  readonly servedAtMs: number;
  readonly modelVersion: string;
  /** The session's events as the model saw them. */
  readonly events: readonly SessionEvent[];
  readonly served: ServedFeatures;
}

interface Line {
  recommendation_id: string;
  session_id: string;
  user_id?: string | undefined;
  served_at: number;
  model_version: string;
  events: [string, SessionEvent['eventType'], number][];
  item_ids: readonly string[];
  features: string;
  raw_scores: string;
}

/** A line of the feature log without its newline. Arrays are base64 of their little-endian bytes: exact, and a third of the size of decimal numbers. */
export function encodeFeatureRecord(record: FeatureRecord): string {
  const { served } = record;
  return JSON.stringify({
    recommendation_id: record.recommendationId,
    session_id: record.sessionId,
    user_id: record.userId,
    served_at: record.servedAtMs,
    model_version: record.modelVersion,
    events: record.events.map(({ itemId, eventType, timestampMs }) => [itemId, eventType, timestampMs]),
    item_ids: served.itemIds,
    features: base64(served.features),
    raw_scores: base64(served.rawScores),
  } satisfies Line);
}

/** The record of a line, or null if the line is damaged. */
export function decodeFeatureRecord(line: Buffer): FeatureRecord | null {
  try {
    const record = JSON.parse(line.toString()) as Line;
    return {
      recommendationId: record.recommendation_id,
      sessionId: record.session_id,
      ...(record.user_id === undefined ? {} : { userId: record.user_id }),
      servedAtMs: record.served_at,
      modelVersion: record.model_version,
      events: record.events.map(([itemId, eventType, timestampMs]) => ({ itemId, eventType, timestampMs })),
      served: {
        itemIds: record.item_ids,
        features: new Float32Array(bytes(record.features)),
        rawScores: new Float64Array(bytes(record.raw_scores)),
      },
    };
  } catch {
    return null;
  }
}

function base64(array: Float32Array | Float64Array): string {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
}

function bytes(text: string): ArrayBuffer {
  return Uint8Array.from(Buffer.from(text, 'base64')).buffer;
}
