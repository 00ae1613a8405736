import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType } from 'aws-cdk-lib';
import { type AssetCode, Code, Runtime } from 'aws-cdk-lib/aws-lambda';
import { bundleOf, ROOT } from './bundling.ts';

/** The module that Lambda loads from a bundle. */
export const MODULE = 'index';

/** The code of a function as Lambda gets it: one file, named and hashed by what it holds, the same asset in every stack. */
export function functionCode(name: string): AssetCode {
  const folder = join(ROOT, 'functions', name);
  return Code.fromAsset(folder, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // CDK asks for an image, and runs none where code is bundled on this machine.
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
