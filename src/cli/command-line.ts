import { Command, CommanderError } from 'commander';
import { addBundleCommands } from './bundle-commands.js';
import { runCacheInvalidate, runCacheStats, type CacheFlags, type InvalidateFlags } from './cache.js';
import { describeError, type Action, type ExitCode, type Output } from './output.js';
import { runOutcomesImport, type OutcomesImportFlags } from './outcomes-import.js';
import { runProposals, type ProposalsFlags } from './proposals.js';
import { runSelect, type SelectFlags } from './select.js';
import { runServe, type ServeFlags } from './serve.js';
import { UsageError } from './usage-error.js';

/**
 * Reads the arguments (without node and script) and runs the command they name.
 *
 * @returns the exit code: 0 well, 1 failed or found faults, 2 wrong command line.
 */
export async function runCommandLine(args: readonly string[], version: string, output: Output): Promise<ExitCode> {
  let action: Action | undefined;
  const program = createProgram(version, output, (chosen) => {
    action = chosen;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  if (action === undefined) {
    program.outputHelp({ error: true });
    return 2;
  }
  try {
    return await action();
  } catch (error) {
    output.note(`pointsman: ${describeError(error)}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function createProgram(version: string, output: Output, choose: (action: Action) => void): Command {
  const program = new Command('pointsman')
    .description('A semantic smart-router for LLM traffic: the cheapest model shown to be capable, with the reasons.')
    .version(version)
    .showHelpAfterError('(--help lists what there is)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.out(text.trimEnd()),
      writeErr: (text) => output.note(text.trimEnd()),
    });

  program
    .command('serve')
    .description('Run the gRPC service until SIGINT or SIGTERM. SIGHUP reloads the bundle.')
    .option('-c, --config <file>', 'service config (YAML); embedded defaults without it')
    .option('-b, --bundle <folder>', 'bundle to serve instead of the configured one')
    .option('--host <address>', 'address to listen on')
    .option('-p, --port <number>', 'port to listen on; 0 takes a free one')
    .action((flags: ServeFlags) => choose(() => runServe(flags, output)));

  program
    .command('select')
    .description('Decide which model should answer a prompt, without a server. Reads standard input for "-".')
    .argument('[prompt]', 'the prompt, or "-"')
    .option('-f, --file <file>', 'read the prompt from a file')
    .option('-s, --system <text>', 'system prompt that goes before it')
    .option('-e, --explain', 'show the whole trace: neighbours, candidates, times')
    .option('-j, --json', 'print JSON')
    .option('-q, --quality <number>', 'quality preference from 0 (cheapest capable) to 1 (best)')
    .option('-c, --config <file>', 'service config (YAML)')
    .option('-b, --bundle <folder>', 'bundle to use instead of the configured one')
    .action((prompt: string | undefined, flags: SelectFlags) => choose(() => runSelect(prompt, flags, output)));

  addBundleCommands(program, output, choose);
  addCacheCommands(program, output, choose);

  program
    .command('outcomes')
    .description('Use recorded outcomes.')
    .command('import')
    .description('Turn the journal of outcomes into rows and evidence of the bundle; exit 1 when some were left out.')
    .argument('[folder]', 'the journal; outcomes.directory of the config without it')
    .option('-j, --json', 'print JSON')
    .option('-n, --dry-run', 'write nothing')
    .option('-c, --config <file>', 'service config (YAML)')
    .option('-b, --bundle <folder>', 'bundle to write to instead of the configured one')
    .action((folder: string | undefined, flags: OutcomesImportFlags) =>
      choose(() => runOutcomesImport(folder, flags, output)),
    );

  program
    .command('proposals')
    .description('Group the prompts that the router was unsure about into suggestions for exemplars.')
    .argument('[folder]', 'where the service records them; outcomes.directory of the config without it')
    .option('-j, --json', 'print JSON')
    .option('-c, --config <file>', 'service config (YAML)')
    .option('-b, --bundle <folder>', 'bundle whose embedder is used')
    .action((folder: string | undefined, flags: ProposalsFlags) => choose(() => runProposals(folder, flags, output)));

  program.addHelpText(
    'after',
    '\nExamples:\n' +
      '  pointsman serve --port 50051\n' +
      '  pointsman select "translate to french: good morning"\n' +
      '  pointsman select --file prompt.txt --explain\n' +
      '  pointsman bundle lint router-models',
  );
  return program;
}

const DEFAULT_ADDRESS = '127.0.0.1:50051';

function addCacheCommands(program: Command, output: Output, choose: (action: Action) => void): void {
  const cache = program.command('cache').description('Look at and empty the cache of a running service.');
  cache
    .command('stats')
    .description('What the cache holds, its hits, what its guard refused, what the audit found.')
    .option('-a, --address <host:port>', 'where the service listens', DEFAULT_ADDRESS)
    .option('-j, --json', 'print JSON')
    .action((flags: CacheFlags) => choose(() => runCacheStats(flags, output)));
  cache
    .command('invalidate')
    .description('Count the cached answers that match every option; remove them with --yes.')
    .option('-a, --address <host:port>', 'where the service listens', DEFAULT_ADDRESS)
    .option('--tenant <name>', 'answers of this tenant')
    .option('--task <id>', 'answers of this task')
    .option('--model <id>', 'answers that this model gave')
    .option('--min-age <seconds>', 'answers at least this old')
    .option('--entry <id>', 'this entry')
    .option('--all', 'every answer')
    .option('-y, --yes', 'remove them, not only count')
    .option('-j, --json', 'print JSON')
    .action((flags: InvalidateFlags) => choose(() => runCacheInvalidate(flags, output)));
}
