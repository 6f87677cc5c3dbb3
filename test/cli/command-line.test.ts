import t from 'tap';
import { runCommandLine } from '../../src/cli/command-line.js';
import { programVersion } from '../../src/compose.js';
import { runProgram } from '../support/program.js';

interface Ran {
  readonly exitCode: number;
  readonly out: string;
  readonly notes: string;
}

async function run(...args: readonly string[]): Promise<Ran> {
  const out: string[] = [];
  const notes: string[] = [];
  const output = { out: (text: string) => out.push(text), note: (text: string) => notes.push(text) };
  const exitCode = await runCommandLine(args, '1.2.3', output);
  return { exitCode, out: out.join('\n'), notes: notes.join('\n') };
}

t.test('--help lists every command, each has its own', async (t) => {
  const { exitCode, out, notes } = await run('--help');
  t.equal(exitCode, 0);
  t.equal(notes, '');
  const commands = [...out.matchAll(/^ {2}([a-z]+)(?= )/gmu)].map((match) => match[1] ?? '');
  for (const command of ['serve', 'select', 'bundle']) t.ok(commands.includes(command), command);
  for (const command of commands.filter((name) => name !== 'help' && name !== 'pointsman')) {
    const help = await run(command, '--help');
    t.equal(help.exitCode, 0, command);
    t.ok(help.out.startsWith(`Usage: pointsman ${command}`), command);
  }
});

t.test('--version', async (t) => {
  t.strictSame(await run('--version'), { exitCode: 0, out: '1.2.3', notes: '' });
  t.match(await runProgram(['--version']), { exitCode: 0, stdout: `${programVersion()}\n`, stderr: '' });
});

t.test('no command shows the help as an error', async (t) => {
  const { exitCode, out, notes } = await run();
  t.equal(exitCode, 2);
  t.equal(out, '');
  t.ok(notes.startsWith('Usage: pointsman'));
});

const HINT = '\n(--help lists what there is)';

const WRONG: readonly (readonly [args: readonly string[], message: string])[] = [
  [['servce'], "error: unknown command 'servce'\n(Did you mean serve?)" + HINT],
  [['serve', '--prot', '1'], "error: unknown option '--prot'\n(Did you mean --port?)" + HINT],
  [['serve', '--port'], "error: option '-p, --port <number>' argument missing" + HINT],
  [['serve', '--port', 'x'], 'pointsman: --port expects a whole number from 0 to 65535, got "x"'],
  [['serve', '--port', '65536'], 'pointsman: --port expects a whole number from 0 to 65535, got "65536"'],
  [['select'], 'pointsman: give a prompt, or --file with the file that holds it, but not both'],
  [['select', 'a', '-f', 'b'], 'pointsman: give a prompt, or --file with the file that holds it, but not both'],
  [['select', 'a', '--quality', '2'], 'pointsman: --quality expects a number from 0 to 1, got "2"'],
  [['select', 'a', '--quality', ''], 'pointsman: --quality expects a number from 0 to 1, got ""'],
];

for (const [args, message] of WRONG) {
  t.test(`wrong: ${args.join(' ')}`, async (t) => {
    t.strictSame(await run(...args), { exitCode: 2, out: '', notes: message });
  });
}

const FAILING: readonly (readonly [args: readonly string[], message: string])[] = [
  [['serve', '--config', '/nowhere.yaml'], 'pointsman: cannot read the config /nowhere.yaml: no such file'],
  [['select', '--file', '/nowhere.txt'], 'pointsman: cannot read the prompt /nowhere.txt: no such file'],
  [['select', ' \n'], 'pointsman: the prompt is empty; type what you would ask a model'],
  [
    ['select', 'hi', '--bundle', '/nowhere'],
    'pointsman: /nowhere:1:1: expected the folder of a bundle, found none; check the path',
  ],
  [
    ['bundle', 'lint', '/nowhere'],
    'pointsman: /nowhere:1:1: expected the folder of a bundle, found none; check the path',
  ],
];

for (const [args, message] of FAILING) {
  t.test(`fails: ${args.join(' ')}`, async (t) => {
    t.strictSame(await run(...args), { exitCode: 1, out: '', notes: message });
  });
}

t.test('the program ends with the code of the command', async (t) => {
  t.match(await runProgram(['select', '--file', '/nowhere.txt']), {
    exitCode: 1,
    stdout: '',
    stderr: 'pointsman: cannot read the prompt /nowhere.txt: no such file\n',
  });
  t.match(await runProgram(['serve', '--port', 'x']), { exitCode: 2, stdout: '' });
});
