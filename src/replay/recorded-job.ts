import type { Exchange } from '#core/call.ts';
import { isJsonObject, parseJson } from '#core/json.ts';
import type { Step } from './fixture.ts';
import type { RecordedMessage } from './recorded-message.ts';

/** A job that was ordered without waiting for it, as the bus tells of it when it follows it no longer. */
export type FollowedJob = {
  /** The Job as whoever ordered it sees it. */
  readonly view: {
    readonly job_id: string;
    readonly state: string;
    readonly failure: { name: string } | null;
  };
  /** Every call to a vendor that was made for it since it was ordered. */
  readonly exchanges: readonly Exchange[];
};

/** What a replay is given beyond the time that the job took, for pauses that are not the same twice (milliseconds). */
const SPARE_MS = 10_000;

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** Why an order is not recorded that made nothing: it was known already. */
export const ORDERED_BEFORE = 'the job was ordered by another message';

const ENDED = new Set(['done', 'failed']);

/** Is this the answer to an order that nobody waits for? Then what becomes of it is told later. */
export function jobIdOf({ answer, failure }: RecordedMessage): string | undefined {
  const { data } = answer;
  const isJob = failure === undefined && isJsonObject(data) && Object.hasOwn(data, 'state');
  return isJob && typeof data.job_id === 'string' ? data.job_id : undefined;
}

/** The order with what became of it; the Job is read as it would come over the wire. */
export function withJob(order: RecordedMessage, { view, exchanges }: FollowedJob): RecordedMessage {
  const job = parseJson(JSON.stringify(view));
  if (!isJsonObject(job)) return order;
  return { ...order, exchanges, job, failure: view.failure?.name };
}

/** Why a fixture could not show the job; undefined when it can. */
export function whyNotPlayable({ view, exchanges }: FollowedJob): string | undefined {
  if (view.state === 'cancelled') return 'a job is cancelled by its id, which is another one in a replay';
  if (!ENDED.has(view.state)) return 'the job had not ended when the bus stopped';
  const wasOrdered = exchanges.some(({ request }) => request.effect === 'change');
  return view.state === 'done' && !wasOrdered ? ORDERED_BEFORE : undefined;
}

function uuidsIn(value: unknown): string[] {
  return (JSON.stringify(value) ?? '').match(UUID)?.map((id) => id.toLowerCase()) ?? [];
}

/** Is a report asked for by an id that nothing before it in this conversation has told, nor what is `known`? */
export function asksForAnothersOrder(
  { request, exchanges, job }: RecordedMessage,
  known: readonly unknown[],
): boolean {
  const { headers } = request;
  const mayJoin = job !== undefined || (isJsonObject(headers) && headers.wait === 'true');
  if (!mayJoin) return false;
  const told = new Set(uuidsIn([request, known]));
  return exchanges.some(({ request: { path, body }, outcome }) => {
    const isUntold = uuidsIn([path, body]).some((id) => !told.has(id));
    for (const id of uuidsIn(outcome)) told.add(id);
    return isUntold;
  });
}

/** The order, and the job that it has made; by its list, for its id is another one in a replay. */
export function jobSteps({ request, answer, via }: RecordedMessage, ended: unknown, tookMs: number): Step[] {
  const any = { $any: true };
  const made = { job_id: { $uuid: true }, created: any, updated: any };
  const placed = isJsonObject(answer.data) ? answer.data : {};
  const expect = { ...answer, data: { ...placed, ...made, state: any, progress: any } };
  const told = { ...(isJsonObject(ended) ? ended : {}), ...made, expires: any };
  const address = 'bus.jobs';
  const list = { type: 'send', address, reply_address: 'jobs', data: null, headers: { action: 'list_jobs' } };
  const listed = { type: 'send', address: 'jobs', reply_address: null, data: [told], headers: null };
  const over = via === 'websocket' ? {} : { via };
  return [
    { send: request, expect, ...over },
    { advance_ms: Math.ceil(tookMs / 1000) * 1000 + SPARE_MS },
    // Lets what is under way come to its end.
    { advance_ms: 0 },
    { send: list, expect: listed, ...over },
  ];
}
