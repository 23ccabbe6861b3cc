import { type Load, run } from './load.ts';
import { MeasuredProcess } from './measured-process.ts';

const ROUNDS = 3;
const MESSAGES = { slow: 20_000, fast: 100_000 };

const CASES = (['websocket', 'tcp'] as const).flatMap((transport) =>
  [1, 50].flatMap((connections) => [1, 32].map((window) => ({ transport, connections, window }))),
);

type Measured = { cpuMicros: number; perSecond: number };

async function measure(server: MeasuredProcess, load: Omit<Load, 'port'>): Promise<Measured> {
  const port = load.transport === 'websocket' ? server.ports.http : server.ports.tcp;
  const [cpu, start] = [server.cpuMicros(), performance.now()];
  await run({ ...load, port });
  const seconds = (performance.now() - start) / 1000;
  return { cpuMicros: (server.cpuMicros() - cpu) / load.messages, perSecond: load.messages / seconds };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/**
 * `ik.service.app version` through the whole bus, beside a bare echo that parses, ajv-checks and stringifies, in
 * turns. The ratio is the floor's processor time a message over ours: 1 would mean that the bus itself is free.
 */
export async function roundtrip(): Promise<void> {
  const floor = await MeasuredProcess.start('./floor-process.ts');
  const bus = await MeasuredProcess.start('./bus-process.ts');
  console.log('transport   connections  window   floor µs/msg   bus µs/msg   ratio   bus msg/s');
  for (const { transport, connections, window } of CASES) {
    const messages = connections === 1 && window === 1 ? MESSAGES.slow : MESSAGES.fast;
    const load = { transport, connections, window, messages };
    await measure(floor, { ...load, messages: 5000 });
    await measure(bus, { ...load, messages: 5000 });
    const rounds: { floor: Measured; bus: Measured }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({ floor: await measure(floor, load), bus: await measure(bus, load) });
    }
    const floorMicros = median(rounds.map((round) => round.floor.cpuMicros));
    const busMicros = median(rounds.map((round) => round.bus.cpuMicros));
    const ratio = median(rounds.map((round) => round.floor.cpuMicros / round.bus.cpuMicros));
    console.log(
      [
        transport.padEnd(11),
        String(connections).padStart(11),
        String(window).padStart(7),
        floorMicros.toFixed(1).padStart(14),
        busMicros.toFixed(1).padStart(12),
        ratio.toFixed(2).padStart(7),
        Math.round(median(rounds.map((round) => round.bus.perSecond)))
          .toString()
          .padStart(11),
      ].join(' '),
    );
  }
  floor.stop();
  bus.stop();
}
