import { existsSync, readFileSync } from 'node:fs';
import { EXERCISED_PATH } from '../setup/exercised.ts';

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Finds the operations of docs/openapi.json that no test of the last run got through to. */
export function unexercised(path = EXERCISED_PATH): string[] {
  const exercised = new Set(existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []);
  const file = new URL('../../docs/openapi.json', import.meta.url);
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as Description;
  const described = Object.entries(paths).flatMap(([route, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${route}`),
  );
  return described.filter((name) => !exercised.has(name));
}
