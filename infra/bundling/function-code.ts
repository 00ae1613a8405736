import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType } from 'aws-cdk-lib';
import { type AssetCode, Code, Runtime } from 'aws-cdk-lib/aws-lambda';
import { bundleOf, ROOT } from './bundling.ts';

/** The module that Lambda loads from a bundle. */
export const MODULE = 'index';

/** Creates the code asset of a function: one file, hashed by its content, and so the same asset in every stack. */
export function functionCode(name: string): AssetCode {
  const folder = join(ROOT, 'functions', name);
  return Code.fromAsset(folder, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // CDK requires an image, but runs none when the code is bundled on this machine.
      image: Runtime.NODEJS_24_X.bundlingImage,
      local: {
        tryBundle(outputFolder) {
          writeFileSync(join(outputFolder, `${MODULE}.mjs`), bundleOf(name));
          return true;
        },
      },
    },
  });
}
