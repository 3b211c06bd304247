import { Agent, request } from 'node:http';

export interface FloodedEvent {
  readonly session_id: string;
  readonly item_id: string;
  readonly event_type: 'view';
  readonly event_id: string;
}

/** Events with ids of their own, over so many sessions in turn. */
export function floodOf(count: number, sessions: number): FloodedEvent[] {
  return Array.from({ length: count }, (_, n) => ({
    session_id: `s${n % sessions}`,
    item_id: `item-${n % 97}`,
    event_type: 'view',
    event_id: `e${n}`,
  }));
}

export interface FloodResult {
  /** Ids of the events the server answered 200 for. */
  readonly acknowledged: ReadonlySet<string>;
  /** Events that got another answer or none. */
  readonly failed: readonly FloodedEvent[];
}

/**
 * Posts events one by one over so many connections at a time, each sending its next event when the last was answered.
 * Goes on after failures, so that all are tried.
 *
 * @param onAcknowledged told how many are acknowledged, each time
 */
export async function flood(
  url: string,
  events: readonly FloodedEvent[],
  connections: number,
  onAcknowledged: (count: number) => void = () => undefined,
): Promise<FloodResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const acknowledged = new Set<string>();
  const failed: FloodedEvent[] = [];
  let next = 0;
  const connection = async (): Promise<void> => {
    while (next < events.length) {
      const event = events[next++]!;
      const { status } = await post(agent, `${url}/event`, event).catch(() => ({ status: 0 }));
      if (status === 200) {
        acknowledged.add(event.event_id);
        onAcknowledged(acknowledged.size);
      } else {
        failed.push(event);
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  agent.destroy();
  return { acknowledged, failed };
}

/** Posts JSON. Rejects if the connection breaks before the whole answer is there. */
export function post(agent: Agent, url: string, body: unknown): Promise<{ status: number; text: string }> {
  const bytes = Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        agent,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': bytes.length },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () =>
          response.complete ? resolve({ status: response.statusCode!, text }) : reject(new Error('cut off')),
        );
        response.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end(bytes);
  });
}

/** The event ids of all sessions, as often as the server has them. */
export async function storedIds(url: string, sessions: number): Promise<string[]> {
  const ids: string[] = [];
  for (let s = 0; s < sessions; s++) {
    const response = await fetch(`${url}/session/s${s}`);
    if (response.status === 404) continue;
    if (!response.ok) throw new Error(`GET /session/s${s} was answered with ${response.status}`);
    const { events } = (await response.json()) as { events: { event_id: string }[] };
    ids.push(...events.map(({ event_id }) => event_id));
  }
  return ids;
}

/** How many of the acknowledged are missing, and how many are there more than once. */
export function lostAndDoubled(acknowledged: ReadonlySet<string>, found: readonly string[]) {
  const there = new Set(found);
  return {
    lost: [...acknowledged].filter((id) => !there.has(id)).length,
    doubled: found.length - there.size,
  };
}
