import type { App } from '#app.ts';
import type { Config } from '#config.ts';
import { columns } from './output.ts';
import type { SimulatorAddress } from './simulators.ts';

export type Surroundings = {
  readonly config: Config;
  readonly listening: App['listening'];
};

/** What a person wants to know at the start. */
export function banner(
  { config, listening }: Surroundings,
  about: {
    readonly version: string;
    readonly sandbox: boolean;
    readonly simulators: readonly SimulatorAddress[];
    /** What is not where the configuration says. */
    readonly warnings: readonly string[];
  },
): string {
  const { version, sandbox, simulators, warnings } = about;
  return [
    `avq-bus ${version}${sandbox ? ', sandbox: every vendor is simulated' : ''}`,
    '',
    ...columns(Object.entries(urlsOf({ config, listening }))).map(indent),
    ...warnings.map(indent),
    ...(simulators.length > 0 ? ['', ...simulatorLines(simulators)] : []),
    '',
    `Try it, in another terminal:`,
    '',
    lineToPaste({ config, listening }),
    '',
  ].join('\n');
}

/** Where each simulator is, and how it is disturbed. */
export function simulatorLines(simulators: readonly SimulatorAddress[]): string[] {
  const rows = simulators.map(({ kind, baseUrl, accounts }) => [kind, baseUrl, accounts.join(', ')]);
  return ['Simulated vendors (POST …/_sandbox/faults disturbs one):', ...columns(rows).map(indent)];
}

/** The address of each listener as a URL. */
export function urlsOf({ config, listening }: Surroundings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(listening).map(([name, { host, port, path }]) => {
      if (path !== undefined) return [name, `unix:${path}`];
      const listener = config.listen[name as keyof App['listening']];
      const encrypted = listener !== false && listener.tls !== undefined;
      const scheme = name === 'http' ? (encrypted ? 'https' : 'http') : encrypted ? 'tls' : 'tcp';
      return [name, `${scheme}://${reachable(host)}:${port}`];
    }),
  );
}

/** One command that works as it is, in any shell: double quotes are what all of them agree on. */
export function lineToPaste({ config, listening }: Surroundings): string {
  const { http, avqTcp } = urlsOf({ config, listening });
  const token = config.devices[0]?.token;
  const [address, action] =
    token === undefined ? ['ik.service.app', 'version'] : ['ik.service.token.shift', 'get_x_report'];
  if (http === undefined) {
    const about = token === undefined ? '' : ` --token ${token}`;
    return `npm run avq-bus -- send ${address} ${action}${about} --url ${avqTcp}`;
  }
  const headers = [
    ...(token === undefined ? [] : [`token: ${token}`]),
    ...(config.clients.length === 0 ? [] : ['authorization: Bearer $AVQ_BUS_SECRET']),
  ];
  const options = ['-s -X POST', ...headers.map((header) => `-H "${header}"`)];
  return `curl ${options.join(' ')} ${http}/tsrv/${address}/${action}`;
}

/** Where a program on this machine finds a listener that hears everybody. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function indent(line: string): string {
  return `  ${line}`;
}
