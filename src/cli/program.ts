import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { version } from '#version.ts';
import { SECRET_VARIABLE } from './client-secret.ts';
import { CommandError, EXIT } from './command-error.ts';
import { endWithReader, tell } from './output.ts';

/** Ends with the exit code. Each command is loaded only when it is called: `send` needs no vendors. */
type Finish = (command: Promise<number>) => Promise<void>;

/** Runs one command line, without `node` and the file; resolves with the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  endWithReader();
  let exitCode = 0;
  const program = createProgram(async (command) => {
    exitCode = await command;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
    if (!(error instanceof CommandError)) throw error;
    tell(error.message);
    return error.exitCode;
  }
}

function createProgram(finish: Finish): Command {
  const program = new Command('avq-bus')
    .description('A bus between points of sale and the clouds that know their shifts.')
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(withoutValues(text)) })
    .showHelpAfterError('(--help tells what there is)')
    .addHelpText('after', examples('npm start', 'avq-bus send ik.service.token get_tokens'));
  addServers(program, finish);
  addConversations(program, finish);
  addChecks(program, finish);
  return program;
}

function addServers(program: Command, finish: Finish): void {
  program
    .command('serve')
    .description('Run the bus. The log goes to stdout, one JSON a line.')
    .addOption(configOption())
    .option('--sandbox', 'play every vendor by a simulator; works without a configuration')
    .option('--record <folder>', 'write fixtures from what passes through, without secrets')
    .addHelpText('after', examples('avq-bus serve --config shop.yaml', 'avq-bus serve --sandbox'))
    .action((options) => finish(import('./serve.ts').then(({ serve }) => serve(options))));

  program
    .command('sandbox')
    .description('Run the simulators of the vendors alone, for another bus or your own code.')
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('avq-bus sandbox', 'avq-bus sandbox --config shop.yaml --json'))
    .action((options) => finish(import('./sandbox.ts').then(({ sandbox }) => sandbox(options))));

  program
    .command('reload')
    .description('Make the running bus read its configuration anew, as SIGHUP does.')
    .addOption(configOption())
    .option('--store <folder>', "the bus's store folder, where the configuration does not say it")
    .addOption(jsonOption())
    .addHelpText('after', examples('avq-bus reload --config shop.yaml'))
    .action((options) => finish(import('./reload.ts').then(({ reload }) => reload(options))));
}

function addConversations(program: Command, finish: Finish): void {
  program
    .command('send')
    .description('Send one message and print the answer. Exits 1 when the answer is an error.')
    .argument('<address>', 'service, such as ik.service.token.shift')
    .argument('<action>', 'what it is to do, such as get_x_report')
    .option('--token <serial>', 'the cash register')
    .option('--account <name>', 'the vendor account, for services that are not about one register')
    .option('--header <name=value>', 'another header; may be repeated', collect)
    .option('--data <json>', 'the data: JSON, @file, or - for stdin')
    .addOption(urlOption('http(s)://, ws(s):// or tcp://host:port'))
    .addOption(secretOption())
    .option('--timeout <ms>', 'how long the answer may take (100 to 600000)', wholeNumber)
    .option('--wait', 'wait for the result of a job; a terminal shows how far it is')
    .option('--out <file>', 'write the data of the answer there, or the file of a job; - is stdout')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'avq-bus send ik.service.token.shift get_x_report --token AVQ11031010703',
        'avq-bus send iiko.cash_shifts get_shift --account moscow --data \'{"id":"…"}\'',
      ),
    )
    .action((address, action, options) =>
      finish(import('./send.ts').then(({ send }) => send(address, action, options))),
    );

  program
    .command('listen')
    .description('Print what is delivered to an address, until a signal.')
    .argument('<address>', 'address, such as jobs.42')
    .addOption(urlOption('ws(s):// or http(s)://host:port'))
    .addOption(secretOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('avq-bus listen jobs.42 --json'))
    .action((address, options) =>
      finish(import('./listen.ts').then(({ listen }) => listen(address, options))),
    );
}

function addChecks(program: Command, finish: Finish): void {
  program
    .command('replay')
    .description('Replay recorded conversations against a whole bus. Exits 1 when one differs.')
    .argument('<paths...>', 'fixtures, or folders of them')
    .addOption(jsonOption())
    .addHelpText('after', examples('avq-bus replay fixtures'))
    .action((paths, options) => finish(import('./replay.ts').then(({ replay }) => replay(paths, options))));

  program
    .command('config')
    .description('About the configuration file.')
    .command('check')
    .description('Check it, and print everything that is wrong with it.')
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('avq-bus config check --config shop.yaml'))
    .action((options) => finish(import('./config-check.ts').then(({ checkConfig }) => checkConfig(options))));

  program
    .command('schemas')
    .description(
      'Write the JSON Schema of the configuration, of fixtures and of what every action takes and gives.',
    )
    .argument('[folder]', 'where to', 'schemas')
    .addHelpText('after', examples('avq-bus schemas contract'))
    .action((folder) => finish(import('./schemas.ts').then(({ writeSchemas }) => writeSchemas(folder))));
}

function configOption(): Option {
  return new Option('--config <file>', 'the configuration; else ./avq-bus.yaml, else ./avq-bus.json');
}

function jsonOption(): Option {
  return new Option('--json', 'one JSON a line, for programs');
}

function urlOption(forms: string): Option {
  return new Option('--url <url>', `where the bus is: ${forms}`).default('http://127.0.0.1:1828');
}

function secretOption(): Option {
  return new Option('--secret <secret>', 'who asks; better in the environment, where nobody sees it').env(
    SECRET_VARIABLE,
  );
}

/** A complaint about what cannot be read, which may be a secret: it names the option, and not what was given. */
function withoutValues(complaint: string): string {
  return complaint
    .replace(/(unknown option '(?:-[^-]|[^=]*=)).+'/s, "$1***'")
    .replace(/(but got \d+): .*\./s, '$1.');
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('A whole number of milliseconds is expected.');
  return Number(text);
}

function examples(...lines: readonly string[]): string {
  return ['', 'Examples:', ...lines.map((line) => `  $ ${line}`)].join('\n');
}
