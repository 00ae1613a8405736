/** Replaces, in bundles, a package whose features are not used (bundling.ts). */
module.exports = class UnusedPackage {
  constructor() {
    throw new Error('This package is left out of the bundle: see infra/bundling/bundling.ts');
  }
};
