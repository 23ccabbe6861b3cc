import type { Load } from './load.ts';
import { type Measured, type MeasuredProcess, median } from './measured-process.ts';

const ROUNDS = 3;
const WARM_UP_MESSAGES = 5000;

type Side = {
  readonly process: MeasuredProcess;
  readonly port: number;
  drive(load: Load, messages: number): Promise<void>;
};

export type Comparison = {
  readonly floorMicros: number;
  readonly busMicros: number;
  /** The floor's processor time a message over ours: 1 would mean that the bus itself is free. */
  readonly ratio: number;
  readonly busPerSecond: number;
};

/** The same load on both, in turns, since machines are noisy; the medians of the rounds. */
export async function compare(floor: Side, bus: Side, load: Omit<Load, 'port'>): Promise<Comparison> {
  const measure = ({ process, port, drive }: Side, messages: number) =>
    process.measure({ ...load, messages, port }, drive);
  await measure(floor, WARM_UP_MESSAGES);
  await measure(bus, WARM_UP_MESSAGES);
  const rounds: { floor: Measured; bus: Measured }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({ floor: await measure(floor, load.messages), bus: await measure(bus, load.messages) });
  }
  return {
    floorMicros: median(rounds.map((round) => round.floor.cpuMicros)),
    busMicros: median(rounds.map((round) => round.bus.cpuMicros)),
    ratio: median(rounds.map((round) => round.floor.cpuMicros / round.bus.cpuMicros)),
    busPerSecond: median(rounds.map((round) => round.bus.perSecond)),
  };
}

export const HEADER =
  'connection            connections  window   floor µs/msg   bus µs/msg   ratio   bus msg/s';

export function row(name: string, load: Omit<Load, 'port'>, comparison: Comparison): string {
  return [
    name.padEnd(21),
    String(load.connections).padStart(11),
    String(load.window).padStart(7),
    comparison.floorMicros.toFixed(1).padStart(14),
    comparison.busMicros.toFixed(1).padStart(12),
    comparison.ratio.toFixed(2).padStart(7),
    Math.round(comparison.busPerSecond).toString().padStart(11),
  ].join(' ');
}
