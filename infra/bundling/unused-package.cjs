/** Bundled in place of a package whose feature sendgate does not use (bundling.ts). */
module.exports = class UnusedPackage {
  constructor() {
    throw new Error('This package is left out of the bundle: see infra/bundling/bundling.ts');
  }
};
