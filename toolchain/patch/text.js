'use strict';
// Exact text surgery on the generated lean.js.
//
// Every patch says which text it expects and how often (once). A text that is
// missing or ambiguous means another version of the package: refuse, naming the
// step, because a half-patched runtime would fail later and far from the cause.

class PatchError extends Error {}

class Source {
  constructor(text, version) {
    this.text = text;
    this.version = version;
    this.step = '?';
  }

  fail(why, wanted) {
    throw new PatchError(
      `patch '${this.step}' does not fit this lean.js (expected ${this.version}): ` +
      `${why}: ${JSON.stringify(wanted.slice(0, 120))}`);
  }

  /** Position of `wanted`, which must occur exactly once. */
  find(wanted) {
    const at = this.text.indexOf(wanted);
    if (at < 0) this.fail('text not found', wanted);
    if (this.text.indexOf(wanted, at + 1) >= 0) this.fail('text found twice', wanted);
    return at;
  }

  replace(wanted, replacement) {
    const at = this.find(wanted);
    this.text = this.text.slice(0, at) + replacement + this.text.slice(at + wanted.length);
  }
}

module.exports = { Source, PatchError };
