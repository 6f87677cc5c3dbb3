#!/usr/bin/env node
import { runCommandLine } from './cli/command-line.js';
import { consoleOutput } from './cli/output.js';
import { programVersion } from './compose.js';

process.exitCode = await runCommandLine(process.argv.slice(2), programVersion(), consoleOutput);
