#!/usr/bin/env python3
"""Exports in Lean on a real child: sessions from sources, RUN, rows.

    test_exports.py LEAN PLUGIN SHIM

Prints what report.py says. One child lives through all of it but the two
tests that end theirs.
"""
import os
import struct
import sys
import tempfile
import time

from child import NAMES, ROOT, Child, Ended, decode
from report import equal, expect, figure, totals

EXAMPLE = os.path.join(ROOT, "examples", "exports", "Exports.lean")
IMPORT, NO_SESSION, BAD_OPTION, CANCELLED, NO_EXPORT, EXPORT = 2, 3, 5, 6, 7, 8


def open_sources(child, sources, imports=("public Init",), **more):
    """sources: (module, text), with the module's name as label."""
    return child.call("OPEN_SESSION", imports=imports,
                      source_modules=[module for module, _ in sources],
                      source_labels=[module.replace(".", "/") + ".lean" for module, _ in sources],
                      source_texts=[text for _, text in sources],
                      diagnostic_bytes=more.pop("diagnostic_bytes", 1 << 16), **more)


class Run:
    """The answer of a run with its rows by stream, checked for gaps and order."""

    def __init__(self, child, session, name, request=b"", on_event=None):
        names, self.rows, self.others, self.breaks = {}, {}, [], []
        child.begin("RUN", session=session, name=name,
                    request=request.encode() if isinstance(request, str) else request)
        while True:
            length, kind, _, stream, tag = struct.unpack("<IBBHQ", child.take(16, 300))
            body = child.take(length, 300)
            event = NAMES[kind]
            if tag != child.tag:
                self.breaks.append(("tag", event))
            values = decode(event, body)
            if event == "STREAM":
                if stream != len(names) + 1 or values["name"] in self.rows:
                    self.breaks.append(("stream", stream, values))
                names[stream] = values["name"]
                self.rows[values["name"]] = []
            elif event == "ROW":
                rows = self.rows[names[stream]]
                if values["sequence"] != len(rows):
                    self.breaks.append(("sequence", values["sequence"], len(rows)))
                rows.append(values["payload"])
            elif event in ("PROGRESS", "NOTICE", "DIAGNOSTIC"):
                self.others.append((event, values))
            else:
                self.name, self.values = event, values
                self.code = values.get("code")
                self.detail = values.get("detail")
                self.text = values.get("response", b"").decode()
                return
            if on_event:
                on_event(event, values)

    def count(self):
        return sum(len(rows) for rows in self.rows.values())


# ---- sessions from sources ----

def sources(child):
    def failure(name, given, wanted, **more):
        answer = open_sources(child, given, **more)
        equal(name, (answer.name, answer.values.get("code"), answer.values.get("detail")),
              ("FAILED", IMPORT, wanted))
        return answer

    two = [("My.A", "def a := 1\n#eval a"), ("My.B", "import My.A\ndef b := a + 1\n#eval b\n")]
    opened = open_sources(child, two)
    equal("two sources in order", opened.name, "SESSION_OPENED")
    equal("messages of sources", [d["message"] for d in opened.of("DIAGNOSTIC")], ["1", "2"])
    equal("a source's own messages have their lines",
          [d["line"] for d in opened.of("DIAGNOSTIC")], [2, 3])
    equal("checks see what the sources declare",
          [d["message"] for d in child.check(opened.session, "#check (a, b)").of("DIAGNOSTIC")],
          ["(a, b) : Nat × Nat"])
    again = open_sources(child, two)
    equal("equal sources are one session", (again.session, again.reused), (opened.session, 1))
    other = open_sources(child, [two[0], ("My.B", two[1][1] + " ")])
    equal("another text is another session",
          (other.reused, other.session != opened.session), (0, True))
    expect("which shares the imports",
           other.heap_after_kib - other.heap_before_kib < 20_000, other.values)
    equal("sizes of the modules", (opened.mapped_kib, opened.private_kib > 10_000), (0, True))

    failure("wrong order", two[::-1],
            "My/B.lean:1:0: the source `My.B` imports `My.A`, which must be given before it")
    failure("a source that imports itself", [("A", "/- x -/\nimport A")],
            "A.lean:2:0: the source `A` imports `A`, which is itself")
    failure("two of one name", [("A", ""), ("A", "")], "there are two sources of the name `A`")
    failure("a name that is none", [("a b", "")], "`a b` is no name of a module")
    answer = failure("a source with an error", [("A", "def a := 1"), ("B", "\ndef b : Nat := c")],
                     "B.lean:2:15: Unknown identifier `c`")
    equal("which is a diagnostic too", [(d["line"], d["severity"]) for d in answer.of("DIAGNOSTIC")],
          [(2, 2)])
    failure("a header that cannot be parsed", [("A", "import Init import")],
            "A.lean:1:18: unexpected end of input; expected identifier")
    failure("a source with an initializer", [("A", "initialize n : IO.Ref Nat ← IO.mkRef 0")],
            "`n` is declared by `initialize`, which runs when a module is imported: a source is not")
    unknown = open_sources(child, [("A", "import No.Such")])
    expect("an unknown import", unknown.name == "FAILED" and unknown.code == IMPORT and
           unknown.detail.startswith("unknown module prefix 'No'"), unknown.values)
    equal("nothing of a failed opening is left",
          child.check(open_sources(child, []).session, "#check a").errors, 1)

    opened = open_sources(child, [("A", "import Std.Data.HashMap\ndef n := 1")])
    equal("imports of a source are imported",
          child.check(opened.session, "#check Std.HashMap").errors, 0)
    module = open_sources(child, [
        ("A", "module\npublic import Init\npublic def open' := 1\ndef hidden := 1\n"
              "public meta def m := 1\n@[expose] public section\ndef e := 1\nend"),
        ("B", "import A\n#check open'\n#check e")])
    equal("a source that is a module", module.name, "SESSION_OPENED")
    equal("keeps what is not public",
          child.check(module.session, "#check hidden").errors, 1)
    scoped = open_sources(child, [
        ("A", "namespace N\nscoped notation \"qq\" => 1\ndef x := qq\nnamespace M\nopen N\n"),
        ("B", "import A\nnamespace N\n#check qq\nend N\nset_option pp.all true"),
        ("C", "import B\n#check qq")])
    equal("what a source opens is closed behind it",
          (scoped.values.get("code"), scoped.of("DIAGNOSTIC")[-1]["line"]), (IMPORT, 2))
    cut = open_sources(child, [("A", "".join(f"#eval {i}\n" for i in range(1000)))],
                       diagnostic_bytes=100)
    equal("messages of sources are cut", (cut.name, sum(len(d["message"]) for d in
                                                        cut.of("DIAGNOSTIC"))),
          ("SESSION_OPENED", 100))

    child.begin("OPEN_SESSION", imports=["public Init"], source_modules=["A"], source_labels=["A"],
                source_texts=["".join(f"theorem t{i} (a b : Nat) (h : a < b) : a + 2 < b + {i} + 2 "
                                      ":= by omega\n" for i in range(3000))],
                diagnostic_bytes=1000)
    cancelled = child.finish(on_event=lambda *_: child.cancel())
    equal("opening is cancelled", (cancelled.name, cancelled.values.get("code")),
          ("FAILED", CANCELLED))


def namespaces(child):
    opened = open_sources(child, [("A", "namespace P\ndef f (s : String) : IO String := return s\n"
                                        "end P\nnamespace Q\ndef f := 1\n"
                                        "def g (s : String) : IO String := return s ++ s\nend Q")],
                          namespaces=["P", "Q"])
    equal("an export of an open namespace", Run(child, opened.session, "g", "x").text, "xx")
    equal("and by its whole name", Run(child, opened.session, "Q.g", "x").text, "xx")
    run = Run(child, opened.session, "f", "x")
    equal("a name with two meanings", (run.code, run.detail),
          (NO_EXPORT, "`f` may be any of `P.f`, `Q.f`"))
    equal("an unknown namespace", open_sources(child, [], namespaces=["Nope"]).values,
          {"code": BAD_OPTION, "detail": "unknown namespace `Nope`"})
    equal("a malformed namespace", open_sources(child, [], namespaces=["a b"]).code, BAD_OPTION)


# ---- exports ----

EXPORTS = '''import LeanWorker
open LeanWorker (Stream)
def xsOnto (s : String) : Nat → String
  | 0 => s
  | n + 1 => xsOnto (s.push 'x') n
def xs (n : Nat) : String := xsOnto "" n
def echo (s : String) : IO String := return s
abbrev Command := String → IO String
def byAbbrev : Command := fun s => return "by abbrev " ++ s
abbrev Answer := IO String
def byResult (s : String) (out : LeanWorker.Stream) : Answer := do
  out.row "r" s
  return "by result"
def wrong (n : Nat) : IO String := return toString n
def pure' (s : String) : String := s
def number := 1
private def hidden (s : String) : IO String := return s
theorem thm : 1 = 1 := rfl
axiom noCode : String → IO String
def throws (_ : String) : IO String := throw (IO.userError "no ø luck")
def throwsLong (_ : String) : IO String := do
  let rec rep : Nat → String → String | 0, s => s | n + 1, s => rep n (s ++ s)
  throw (IO.userError (rep 18 "é"))
def panics (_ : String) : IO String := return (panic! "oh" : String)
def prints (s : String) : IO String := do
  IO.println s
  IO.eprintln s
  (← IO.getStdout).write ⟨#[1, 0, 0, 0, 25, 0, 0, 0]⟩
  IO.setStdin (← IO.getStdin) *> IO.Process.setCurrentDir "/"
  return "printed"
def where' (_ : String) : IO String := return (← IO.Process.getCurrentDir).toString
def exits (_ : String) : IO String := IO.Process.exit 0

def threeStreams (s : String) (out : Stream) : IO String := do
  LeanWorker.times (s.toNat?.getD 0) fun i =>
    out.row (if i % 3 == 0 then "null" else if i % 3 == 1 then "eins" else "zwei") (toString i)
  return "ok"
def unicode (s : String) (out : Stream) : IO String := do
  out.row "ß ∀" s
  out.row "" ""
  out.rowBytes "bytes" ⟨#[0, 255, 10]⟩
  out.notice "c ø" "m ∀"
  out.progress "p ∀" 3 (2 ^ 70)
  return s
def manyStreams (s : String) (out : Stream) : IO String := do
  LeanWorker.times (s.toNat?.getD 0) fun i => out.row (toString i) "x"
  return "ok"
def longName (s : String) (out : Stream) : IO String := do
  out.row (xs (s.toNat?.getD 0)) "x"
  return "ok"
def rowsThenThrow (_ : String) (out : Stream) : IO String := do
  LeanWorker.times 10 fun i => out.row "r" (toString i)
  throw (IO.userError "after rows")
def caught (_ : String) (out : Stream) : IO String := do
  try out.row (xs 2000) "x" catch e => out.row "r" (toString e)
  return "ok"
def bigRow (s : String) (out : Stream) : IO String := do
  out.row "r" "small"
  out.row "r" (xs (s.toNat?.getD 0))
  out.row "r" "small"
  return "ok"
partial def forever (out : Stream) (i : Nat) : IO Unit := do
  out.row "r" "0123456789012345678901234567890123456789012345678901234567890123456789"
  forever out (i + 1)
def endless (_ : String) (out : Stream) : IO String := do
  forever out 0
  return "never"
partial def spin : IO Unit := do
  LeanWorker.checkCancelled
  spin
def spins (_ : String) (out : Stream) : IO String := do
  out.progress "spinning" 0 0
  spin
  return "never"
def stubborn (_ : String) (out : Stream) : IO String := do
  out.progress "spinning" 0 0
  try spin catch _ => pure ()
  try out.row "r" "x" catch e => return toString e
  return "sent"
def slow (s : String) (out : Stream) : IO String := do
  LeanWorker.times 5 fun i => do
    out.row "r" (toString i)
    IO.sleep 80
  return s

partial def waitFor (file : System.FilePath) : IO Unit := do
  unless ← file.pathExists do
    IO.sleep 10
    waitFor file
def attempt (what : String) (emit : IO Unit) : IO String := do
  try
    emit
    return what ++ " sent; "
  catch e => return what ++ ": " ++ toString e ++ "; "
def keep (_ : String) (out : Stream) : IO String := do
  out.row "r" "kept"
  let _ ← IO.asTask (prio := .dedicated) do
    waitFor "go"
    let row ← attempt "row" (out.row "r" "stale")
    let bytes ← attempt "bytes" (out.rowBytes "r" ⟨#[1]⟩)
    let notice ← attempt "notice" (out.notice "c" "stale")
    let progress ← attempt "progress" (out.progress "stale" 1 1)
    IO.FS.writeFile "part" (row ++ bytes ++ notice ++ progress)
    IO.FS.rename "part" "done"
  return "kept"
def useKept (_ : String) (out : Stream) : IO String := do
  IO.FS.writeFile "go" ""
  waitFor "done"
  out.row "r" "unharmed"
  IO.FS.readFile "done"
unsafe def forgedImpl : Stream := unsafeCast "0123456789abcdef0123456789abcdef"
@[implemented_by forgedImpl] opaque forged : Stream
unsafe def scalarImpl : Stream := unsafeCast (5 : Nat)
@[implemented_by scalarImpl] opaque scalar : Stream
def useForged (s : String) (out : Stream) : IO String := do
  (if s == "scalar" then scalar else forged).row "r" "forged"
  out.row "r" "unharmed"
  return "not refused"
'''

NO_TYPE = "; an export has `String → IO String` or `String → LeanWorker.Stream → IO String`"
STALE = "this stream belongs to no run that is in progress"


def resolving(child, session):
    def refused(name, export, wanted):
        run = Run(child, session, export)
        expect(name, run.code == NO_EXPORT and run.detail.startswith(wanted), run.values)

    equal("an export answers", Run(child, session, "echo", "ø 1").text, "ø 1")
    equal("an empty answer", Run(child, session, "echo").text, "")
    equal("a NUL in a request", Run(child, session, "echo", "a\0b").text, "a\0b")
    equal("a request that is no text", Run(child, session, "echo", b"\xff\xfe").values,
          {"code": EXPORT, "detail": "the request is not UTF-8, and an export of Lean takes text"})
    equal("a type by an abbreviation", Run(child, session, "byAbbrev", "x").text, "by abbrev x")
    run = Run(child, session, "byResult", "x")
    equal("a result by an abbreviation", (run.text, run.rows), ("by result", {"r": [b"x"]}))
    refused("a wrong type", "wrong", "`wrong` has the type `Nat → IO String`" + NO_TYPE)
    refused("a pure function", "pure'", "`pure'` has the type `String → String`" + NO_TYPE)
    refused("no function at all", "number", "`number` has the type `Nat`" + NO_TYPE)
    refused("a theorem", "thm", "`thm` has the type `1 = 1`" + NO_TYPE)
    refused("an axiom", "noCode", "`noCode` cannot be run: ")
    refused("a private function", "hidden", "there is no `hidden` in this session; its exports are ")
    refused("a missing name", "No.Such", "there is no `No.Such` in this session; its exports are ")
    refused("a name that is none", "a b", "`a b` is no name")
    refused("an empty name", "", "`` is no name")
    equal("no such session", Run(child, 9999, "echo").code, NO_SESSION)
    plain = open_sources(child, []).session
    equal("a session without exports", Run(child, plain, "echo").detail,
          "there is no `echo` in this session")


def streaming(child, session):
    run = Run(child, session, "threeStreams", "100000")
    equal("100,000 rows in three streams", (run.text, run.values["rows"], run.breaks,
                                            {name: len(rows) for name, rows in run.rows.items()}),
          ("ok", 100000, [], {"null": 33334, "eins": 33333, "zwei": 33333}))
    equal("every row is the right one",
          [int(row) for name in ("null", "eins", "zwei") for row in run.rows[name]],
          [i for first in (0, 1, 2) for i in range(first, 100000, 3)])
    run = Run(child, session, "unicode", "ø ∀ 😀\0")
    equal("rows of any text", run.rows,
          {"ß ∀": ["ø ∀ 😀\0".encode()], "": [b""], "bytes": [b"\0\xff\n"]})
    equal("notice and progress", run.others,
          [("NOTICE", {"code": "c ø", "message": "m ∀"}),
           ("PROGRESS", {"current": 3, "total": 2**32 - 1, "phase": "p ∀"})])
    equal("16 streams", len(Run(child, session, "manyStreams", "16").rows), 16)
    run = Run(child, session, "manyStreams", "17")
    equal("17 streams", (run.code, run.detail, run.count()),
          (EXPORT, "a request has at most 16 streams", 16))
    equal("a name of 1024 bytes", Run(child, session, "longName", "1024").count(), 1)
    run = Run(child, session, "longName", "1025")
    equal("a name of 1025 bytes", (run.detail, run.rows),
          ("the name of a stream is longer than 1024 bytes", {}))
    run = Run(child, session, "rowsThenThrow")
    equal("an exception after rows", (run.code, run.detail, run.count()), (EXPORT, "after rows", 10))
    run = Run(child, session, "caught")
    equal("an exception that is caught", (run.text, run.rows),
          ("ok", {"r": [b"the name of a stream is longer than 1024 bytes"]}))
    for size in (65504, 65512, 65513, 3 << 20):
        run = Run(child, session, "bigRow", str(size))
        equal(f"a row of {size} bytes", (run.text, run.breaks, [len(row) for row in run.rows["r"]]),
              ("ok", [], [5, size, 5]))
    for _ in range(10):  # this process may be the one that was late
        seen = []
        Run(child, session, "slow", "x", on_event=lambda event, _: seen.append(time.monotonic()))
        if seen[-1] - seen[0] > 0.1:
            break
    expect("rows do not wait for the end", seen[-1] - seen[0] > 0.1, seen)


def failures(child, session, folder):
    run = Run(child, session, "throws")
    equal("an exception", (run.code, run.detail), (EXPORT, "no ø luck"))
    run = Run(child, session, "throwsLong")
    equal("a long exception is cut", (run.code, run.detail), (EXPORT, "é" * 32768))
    equal("a panic is no end", Run(child, session, "panics").name, "RAN")
    equal("prints are no frames", Run(child, session, "prints", "fake").text, "printed")
    equal("the working folder is put back", Run(child, session, "where'").text,
          os.path.realpath(folder))
    equal("checks go on", child.check(session, "#eval IO.println \"x\"").of("DIAGNOSTIC")[0]["message"],
          "x\n")


def handles(child, session):
    equal("a task keeps its handle", Run(child, session, "keep").rows, {"r": [b"kept"]})
    run = Run(child, session, "useKept")
    equal("a kept handle is refused in a later run", (run.text, run.rows, run.others, run.breaks),
          ("".join(f"{kind}: {STALE}; " for kind in ("row", "bytes", "notice", "progress")),
           {"r": [b"unharmed"]}, [], []))
    for kind in ("string", "scalar"):
        run = Run(child, session, "useForged", kind)
        equal(f"a forged handle is refused: {kind}", (run.code, run.detail, run.rows),
              (EXPORT, STALE, {}))
    for source in ("#eval scalar.row \"r\" \"x\"", "#eval forged.row \"r\" \"x\"",
                   "#eval forged.notice \"r\" \"x\""):
        answer = child.check(session, source)
        equal(f"no rows in a check: {source}",
              ([name for name, _ in answer.events if name in ("ROW", "STREAM", "NOTICE")],
               [STALE in d["message"] for d in answer.of("DIAGNOSTIC")]), ([], [True]))


# ---- cancel ----

def cancel_run(child, session, export, after):
    """The run, and the seconds from the cancel to the answer."""
    seen = []

    def on_event(*_):
        seen.append(None)
        if len(seen) == after:
            cancelled.append(time.perf_counter())
            child.cancel()

    cancelled = []
    run = Run(child, session, export, on_event=on_event)
    return run, time.perf_counter() - cancelled[0]


def cancels(child, session):
    for name, export, after, detail in (
            ("in the middle of rows", "endless", 5000, "the export ended by a cancel"),
            ("without rows", "spins", 1, "the export ended by a cancel")):
        run, seconds = cancel_run(child, session, export, after)
        equal(f"a cancel {name}", (run.code, run.detail, run.breaks), (CANCELLED, detail, []))
        figure(f"a cancel {name}: {seconds * 1e3:.1f} ms")
    run, _ = cancel_run(child, session, "stubborn", 1)
    equal("an answer in spite of a cancel, but no row", (run.name, run.text, run.rows),
          ("RAN", "the request was cancelled", {}))
    equal("the worker is warm", Run(child, session, "echo", "x").text, "x")
    child.cancel(tag=4711)
    equal("a stale cancel does nothing", Run(child, session, "threeStreams", "9").count(), 9)


# ---- speed and memory ----

RATE = '''import LeanWorker
def xsOnto (s : String) : Nat → String
  | 0 => s
  | n + 1 => xsOnto (s.push 'x') n
def xs (n : Nat) : String := xsOnto "" n
def payload := xs 100
partial def send (out : LeanWorker.Stream) (row : String) (count i : Nat) : IO Unit := do
  if i < count then
    out.row "rows" row
    send out row count (i + 1)
def recursion (s : String) (out : LeanWorker.Stream) : IO String := do
  send out payload (s.toNat?.getD 0) 0
  return ""
def times (s : String) (out : LeanWorker.Stream) : IO String := do
  let row := payload
  LeanWorker.times (s.toNat?.getD 0) fun _ => out.row "rows" row
  return ""
def echo (s : String) : IO String := return s
'''


def rate(child, session, export, rows):
    """Rows a second; the bytes are counted, not looked at."""
    expected = rows * (16 + 8 + 100) + (16 + 4 + 4) + (16 + 8 + 4)
    child.begin("RUN", session=session, name=export, request=str(rows).encode())
    start, got = time.perf_counter(), 0
    while got < expected:
        got += len(os.read(child.frames, 1 << 20))
    equal(f"bytes of {rows} rows", got, expected)
    return rows / (time.perf_counter() - start)


def speed(child):
    session = open_sources(child, [("Rate", RATE)]).session
    for export in ("recursion", "times"):
        rate(child, session, export, 1000)
        best = max(rate(child, session, export, 200000) for _ in range(3))
        figure(f"rows of 100 bytes, by {export}: {best:,.0f} a second")
    samples = []
    for _ in range(1000):
        start = time.perf_counter()
        child.call("RUN", session=session, name="echo", request=b"{}")
        samples.append(time.perf_counter() - start)
    figure(f"a run without rows, with round trip: median {sorted(samples)[500] * 1e6:.0f} us")


def memory(child):
    session = open_sources(child, [("Rate", RATE)]).session

    def heap():
        return child.check(session, "").heap_kib

    def runs(count):
        for _ in range(count):
            child.call("RUN", session=session, name="echo", request=b"{}")
            child.call("RUN", session=session, name="recursion", request=b"3")

    runs(100)
    before = heap()
    runs(5000)
    grown = heap() - before
    figure(f"10,000 runs: {grown} KiB of heap, {grown / 10000:.3f} KiB a run")
    expect("runs leave nothing behind", grown < 2048, grown)


# ---- the example ----

def example(child):
    with open(EXAMPLE, encoding="utf-8") as file:
        opened = open_sources(child, [("Exports", file.read())], namespaces=["Demo"])
    equal("the example opens", (opened.name, opened.of("DIAGNOSTIC")), ("SESSION_OPENED", []))
    session = opened.session
    equal("example: stats", Run(child, session, "stats", "a\nb").text, '{"bytes": 3, "lines": 2}')
    run = Run(child, session, "squares", "2500")
    equal("example: squares", (run.text, len(run.rows["even"]), run.rows["odd"][1]),
          ('{"count": 2500}', 1250, b'{"n": 3, "square": 9}'))
    equal("example: progress", [v["current"] for name, v in run.others if name == "PROGRESS"],
          [0, 1000, 2000])
    equal("example: not a number", Run(child, session, "squares", "x").detail,
          "a number is wanted, not x")
    equal("example: prime", Run(child, session, "prime", "10007").text, "true")
    expect("example: metadata", '"commands": [{"name": "stats", "version": "1"}' in
           Run(child, session, "metadata").text)
    expect("example: doctor", Run(child, session, "doctor").text.startswith(
        '{"diagnostics": [{"severity": "info", "code": "embedded"'))


def ends(arguments, folder, errors):
    """An export that ends the process ends without a GOODBYE, whatever its code."""
    child = Child(*arguments, stderr=errors, cwd=folder).handshake()
    try:
        session = open_sources(child, [("A", EXPORTS)]).session
        Run(child, session, "exits")
        expect("an export that exits", False, "it answered")
    except Ended:
        expect("an export that exits", True)
    finally:
        child.kill()


def main():
    arguments = [os.path.abspath(path) for path in sys.argv[1:4]]
    folder = tempfile.mkdtemp(prefix="lw-exports-")
    with open(os.path.join(folder, "stderr.txt"), "w") as errors:
        child = Child(*arguments, stderr=errors, cwd=folder).handshake()
        try:
            sources(child)
            namespaces(child)
            opened = open_sources(child, [("A", EXPORTS)])
            equal("the exports open", (opened.name, opened.values.get("detail")),
                  ("SESSION_OPENED", None))
            session = opened.session
            resolving(child, session)
            streaming(child, session)
            failures(child, session, folder)
            handles(child, session)
            cancels(child, session)
            example(child)
            speed(child)
            memory(child)
            (_, name, values), code = child.shutdown()
            equal("SHUTDOWN", (name, values["reason"], code), ("GOODBYE", 0, 0))
        except (Ended, TimeoutError, AssertionError, KeyError) as error:
            with open(errors.name, encoding="utf-8", errors="replace") as log:
                expect("the child lives", False, f"{error!r}\n{log.read()[-1000:]}")
        finally:
            child.kill()
        ends(arguments, folder, errors)
    with open(errors.name, encoding="utf-8", errors="replace") as log:
        said = log.read()
        expect("prints go to stderr", said.count("fake\n") >= 2, said)
    return totals()


if __name__ == "__main__":
    sys.exit(main())
