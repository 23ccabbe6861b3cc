import { delay, systemClock } from '#core/clock.ts';
import { isJsonObject } from '#core/json.ts';
import type { Step, Via } from './fixture.ts';
import { addressOf, type Wanted } from './inbox.ts';
import { compare } from './matcher.ts';
import type { Peers } from './peers.ts';

/** A little more than the longest that a read takes by default. */
const ANSWER_LIMIT_MS = 35_000;
const PING_LIMIT_MS = 1_000;
/** How long nothing must come, after the connection has answered a ping, to count as no answer. */
const SILENCE_MS = 50;
const NEVER = new AbortController().signal;

/** What a step may do besides talking. */
export type Stage = {
  readonly peers: Peers;
  advance(ms: number): Promise<void>;
  restart(): Promise<void>;
};

function replyAddressOf(message: unknown): unknown {
  return isJsonObject(message) ? (message.reply_address ?? message.replyAddress ?? null) : null;
}

async function expectAnswer(expected: unknown, via: Via, path: string, { peers }: Stage): Promise<string[]> {
  const inbox = peers.inbox(via);
  const address = addressOf(expected);
  const wanted: Wanted = (message) =>
    address === undefined || compare(address, addressOf(message), '', 'whole').length === 0;
  const answer = await inbox.take(wanted, ANSWER_LIMIT_MS);
  if (answer !== undefined) return compare(expected, answer, path, 'whole');

  const others = inbox.untaken().map((message) => `  came instead: ${JSON.stringify(message)}`);
  return [`${path}: no answer with the address ${JSON.stringify(address) ?? 'of any kind'} came`, ...others];
}

/** Over HTTP an answer needs no round trip to come: it is the response. */
async function ping(via: Via, { peers }: Stage): Promise<void> {
  if (via === 'http') return;
  const peer = await peers.open(via);
  const address = `replay.ping.${systemClock.now()}`;
  peer.send(JSON.stringify({ type: 'ping', reply_address: address }));
  await peers.inbox(via).take((message) => addressOf(message) === address, PING_LIMIT_MS);
}

/** After a `send` only an answer to it breaks the silence, else whatever comes. */
async function expectSilence(step: Step, via: Via, path: string, stage: Stage): Promise<string[]> {
  await ping(via, stage);
  await delay(systemClock, SILENCE_MS, NEVER);
  const isAnswer: Wanted = (message) =>
    !Object.hasOwn(step, 'send') || addressOf(message) === replyAddressOf(step.send);
  const answer = stage.peers.inbox(via).untaken().find(isAnswer);
  return answer === undefined ? [] : [`${path}: - null + ${JSON.stringify(answer)}`];
}

async function takeStep(step: Step, path: string, stage: Stage): Promise<string[]> {
  const { via = 'websocket' } = step;
  if (step.restart) {
    await stage.restart();
    return [];
  }
  if (step.advance_ms !== undefined) {
    await stage.advance(step.advance_ms);
    return [];
  }
  if (Object.hasOwn(step, 'send')) {
    const peer = await stage.peers.open(via);
    peer.send(JSON.stringify(step.send));
  }
  if (!Object.hasOwn(step, 'expect')) return [];
  if (step.expect === null) return expectSilence(step, via, `${path}.expect`, stage);
  return expectAnswer(step.expect, via, `${path}.expect`, stage);
}

/** Plays the steps in their order; after the first that differs, the rest means nothing and is left out. */
export async function converse(steps: readonly Step[], stage: Stage): Promise<string[]> {
  for (const [index, step] of steps.entries()) {
    const path = `messages[${index}]`;
    try {
      const differences = await takeStep(step, path, stage);
      if (differences.length > 0) return differences;
    } catch (error) {
      return [`${path}: ${error instanceof Error ? error.message : String(error)}`];
    }
  }
  return [];
}
