import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { describeError } from '../../../lib/telemetry/telemetry.ts';

test('the log line of an error says what happened, and no phone number', () => {
  const telemetry = new URL('../../../lib/telemetry/telemetry.ts', import.meta.url);
  const script = `import { describeError, logger } from '${telemetry}';
    logger.error('A submission could not be taken', describeError(new Error('+13035550142 has no lead')));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, POWERTOOLS_LOG_LEVEL: 'ERROR' },
  });
  const lines = `${stdout}${stderr}`.trim().split('\n');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    message: 'A submission could not be taken',
    name: 'Error',
    reason: '[number] has no lead',
  });
});

test('what somebody else wrote into an error is not logged', () => {
  class ValidationException extends Error {}
  const error = Object.assign(new ValidationException('Item {"phone": ...} is too large'), {
    $metadata: { httpStatusCode: 400 },
  });
  expect(describeError(error)).toEqual({ name: 'Error', status: 400 });
});
