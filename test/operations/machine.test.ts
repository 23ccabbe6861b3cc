import { expect, test } from 'vitest';
import {
  advance,
  hasOutcome,
  needsSettling,
  STEPS,
  type Status,
  TRANSITIONS,
  type Transition,
} from '#operations/machine.ts';
import type { OperationRecord } from '#store/store.ts';

const RECORD: OperationRecord = {
  ...{ client: 'pos-1', scope: 'token:KZ1', id: 'a', address: 'shift', action: 'open', account: 'almaty' },
  ...{
    token: 'KZ1',
    contents: '',
    showPersonalData: false,
    isDoubtful: false,
    evidence: null,
    outcome: null,
  },
  ...{ status: 'written', createdAt: 1, sentAt: null, endedAt: null },
};

const ENTRIES = Object.entries(TRANSITIONS) as [Transition, { from: readonly string[]; to: Status }][];

function reachable(start: string): Set<string> {
  const seen = new Set([start]);
  for (const from of seen) for (const [, edge] of ENTRIES) if (edge.from.includes(from)) seen.add(edge.to);
  return seen;
}

test('has a moment before and after every transition', () => {
  expect(STEPS).toHaveLength(2 * ENTRIES.length);
  expect(STEPS.slice(0, 3)).toEqual(['before write', 'after write', 'before mark_sent']);
});

test('reaches every state, and leaves none that is half-way without a way to an outcome', () => {
  const states = new Set(ENTRIES.map(([, { to }]) => to));
  expect(reachable('new')).toEqual(new Set(['new', ...states]));
  for (const state of states) {
    const ends = [...reachable(state)].filter((status) => hasOutcome({ ...RECORD, status }));
    expect(ends, state).not.toEqual([]);
  }
});

test('sends only what was written down just before', () => {
  const senders = ENTRIES.filter(([, { to }]) => to === 'sent');
  expect(senders).toEqual([['mark_sent', { from: ['written'], to: 'sent' }]]);
});

test('never leaves an outcome', () => {
  for (const [name, { from }] of ENTRIES) {
    const left = from.filter((status) => hasOutcome({ ...RECORD, status }));
    expect(left, name).toEqual([]);
  }
});

test('refuses a transition it does not have', () => {
  expect(() => advance(RECORD, 'answered', 'mark_sent', 5)).toThrow(
    'an operation that is answered cannot mark_sent',
  );
});

test('notes when it was sent and when it ended', () => {
  const sent = advance(RECORD, 'written', 'mark_sent', 5);
  expect(sent).toEqual({ ...RECORD, status: 'sent', sentAt: 5 });
  expect(advance(sent, 'sent', 'answer', 7)).toEqual({ ...sent, status: 'answered', endedAt: 7 });
  expect(advance({ ...sent, status: 'undone', endedAt: 9 }, 'undone', 'write', 11)).toMatchObject({
    endedAt: null,
  });
});

test('remembers that an answer was lost', () => {
  const lost = advance({ ...RECORD, status: 'sent' }, 'sent', 'lose', 5);
  expect(lost).toMatchObject({ isDoubtful: true, endedAt: null });
  const undone = advance(lost, 'unknown', 'undo', 6);
  expect(undone).toMatchObject({ isDoubtful: true, endedAt: 6 });
  expect(needsSettling(undone)).toBe(true);
  expect(needsSettling({ ...RECORD, status: 'undone' })).toBe(false);
});
