import { type BusPorts, compare, type FloorPorts, HEADER, row } from './comparison.ts';
import { AVQ_MESSAGE, driveTcp, driveWebSocket } from './load.ts';
import { MeasuredProcess } from './measured-process.ts';

const MESSAGES = { slow: 20_000, fast: 100_000 };

const webSocket = driveWebSocket({ path: '/tsrv', request: AVQ_MESSAGE, answersIn: () => 1 });
const tcp = driveTcp(AVQ_MESSAGE);

/**
 * `ik.service.app version` through the whole bus, over WebSocket and TCP, beside a bare `ws` echo that parses,
 * ajv-checks and stringifies, in the same run. TCP is also shown beside the same echo over TCP, which is a harder floor.
 */
export async function roundtrip(): Promise<void> {
  const floor = await MeasuredProcess.start<FloorPorts>('./floor-process.ts');
  const bus = await MeasuredProcess.start<BusPorts>('./bus-process.ts');
  const echo = { process: floor, port: floor.told.http, drive: webSocket };
  const cases = [
    { name: 'WebSocket', floor: echo, bus: { process: bus, port: bus.told.http, drive: webSocket } },
    { name: 'TCP', floor: echo, bus: { process: bus, port: bus.told.avqTcp, drive: tcp } },
    {
      name: 'TCP beside TCP',
      floor: { process: floor, port: floor.told.tcp, drive: tcp },
      bus: { process: bus, port: bus.told.avqTcp, drive: tcp },
    },
  ];
  console.log(HEADER);
  for (const { name, floor: floorSide, bus: busSide } of cases) {
    for (const connections of [1, 50]) {
      for (const window of [1, 32]) {
        const messages = window === 1 ? MESSAGES.slow : MESSAGES.fast;
        const load = { connections, window, messages };
        console.log(row(name, load, await compare(floorSide, busSide, load)));
      }
    }
  }
  floor.stop();
  bus.stop();
}
