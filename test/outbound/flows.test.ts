import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Flow } from '#core/flow.ts';
import { Flows } from '#outbound/flows.ts';

const FLOWS: readonly (Flow | undefined)[] = [
  undefined,
  { requester: 'a', request: 1 },
  { requester: 'a', request: 2 },
  { requester: 'b', request: 1, group: 'strangers' },
];

/** What somebody who watches holds to be there; fails when it is told twice of one, or of the end of one that it does not know. */
function createWatcher() {
  const known = new Set<Flow | undefined>();
  return {
    known,
    put: (flow: Flow | undefined) => {
      expect(known.has(flow)).toBe(false);
      known.add(flow);
    },
    drop: (flow: Flow | undefined) => expect(known.delete(flow)).toBe(true),
  };
}

describe('the flows of a call', () => {
  test('are known to whoever watches, each as long as somebody holds it, and to nobody afterwards', () => {
    const step = fc.record({ kind: fc.constantFrom('put', 'drop', 'watch', 'stop'), which: fc.nat(3) });
    const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const flows = new Flows();
      const held: (Flow | undefined)[] = [];
      const watching: { watcher: ReturnType<typeof createWatcher>; stop: () => void }[] = [];
      for (const { kind, which } of steps) {
        const flow = FLOWS[which];
        if (kind === 'put') {
          held.push(flow);
          flows.put(flow);
        } else if (kind === 'drop' && held.includes(flow)) {
          held.splice(held.indexOf(flow), 1);
          // A flow is what it says, not which object says it.
          flows.drop(flow && { ...flow });
        } else if (kind === 'watch') {
          const watcher = createWatcher();
          watching.push({ watcher, stop: flows.watch(watcher) });
        } else if (kind === 'stop') {
          const ended = watching.shift();
          ended?.stop();
          expect(ended?.watcher.known.size ?? 0).toBe(0);
        }
        for (const { watcher } of watching) expect(watcher.known).toEqual(new Set(held));
      }
    });
    fc.assert(property);
  });
});
