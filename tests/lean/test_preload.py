#!/usr/bin/env python3
"""Sessions that are opened before the handshake, on a real child.

    test_preload.py LEAN PLUGIN SHIM

In a fork server that is done once for all its forks. Here the child is a plain
one, which is all that this Lean can be; what the shim does is the same.
Prints what report.py says.
"""
import os
import sys
import tempfile

from child import Child
from report import equal, expect, figure, totals

PRELOAD = 74
SOURCE = {"source_modules": ["Given"], "source_labels": ["Given.lean"],
          "source_texts": ["def given : Nat := 41"],
          "diagnostic_bytes": 1 << 16}
LEAN = {"key": "lean", "imports": ["public Init", "public Lean"]}
WITH_SOURCE = {"key": "given", "imports": ["public Init"], **SOURCE}


def opened(answer):
    return answer.name, answer.reused, answer.preloaded


def good(start):
    child = start([LEAN, WITH_SOURCE])
    try:
        figure(f"READY with two sessions open: {child.ready_s:.2f} s")
        lean = child.call("OPEN_SESSION", **LEAN)
        equal("a session that was opened before is there", opened(lean), ("SESSION_OPENED", 1, 1))
        equal("and cost nothing", lean.elapsed_us, 0)
        expect("with its modules", lean.modules > 1000, lean.modules)
        given = child.call("OPEN_SESSION", **WITH_SOURCE)
        equal("another too, of a source", opened(given), ("SESSION_OPENED", 1, 1))
        expect("they are two", lean.session != given.session)
        equal("a file is checked in the one",
              child.check(lean.session, "import Lean\n#check Lean.Meta.MetaM\n").errors, 0)
        equal("the other has what its source declares",
              child.call("ELABORATE", session=given.session, kind=1, source="given + 1",
                         text_bytes=1 << 16, diagnostic_bytes=1 << 16).type, "Nat")
        again = child.call("OPEN_SESSION", **dict(LEAN, namespaces=["Lean"]))
        equal("one that differs in no import shares them", opened(again), ("SESSION_OPENED", 0, 1))
        options = child.call("OPEN_SESSION", **dict(WITH_SOURCE, key="other", options=["pp.all=true"]))
        equal("one with other options does not", opened(options), ("SESSION_OPENED", 0, 0))
        bad = child.call("OPEN_SESSION", key="no", imports=["public No.Such"])
        equal("imports that fail are a request's failure as ever", (bad.name, bad.code), ("FAILED", 2))
        goodbye, code = child.shutdown()
        equal("and the end is orderly", (goodbye[1], code), ("GOODBYE", 0))
    finally:
        child.kill()


def refused(start, log, name, session, words):
    """It ends before it says HELLO, and the words are on stderr."""
    child = start([session], shake=False)
    try:
        equal(name, child.process.wait(300), PRELOAD)
        equal(name + ": nothing is said", os.read(child.frames, 1), b"")
        log.seek(0)
        expect(name + ": Lean's words", words in log.read(), words)
    finally:
        child.kill()


def main(lean, plugin, shim):
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        def start(preload, shake=True):
            child = Child(lean, plugin, shim, log, preload=preload)
            return child.handshake() if shake else child

        good(start)
        refused(start, log, "imports that fail", dict(LEAN, imports=["public No.Such"]),
                "lean-worker child: unknown module prefix 'No'")
        refused(start, log, "an option that is none", dict(WITH_SOURCE, options=["no.such=1"]),
                "lean-worker child: ")
    return totals()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
