#!/usr/bin/env python3
"""The inside of the child on real Lean: one child, all behaviours.

    test_shim.py LEAN [PLUGIN [SHIM]]

LEAN is the toolchain's bin/lean. Without PLUGIN the plugin is built with the
shim compiled in. SHIM is lean/Start.lean for such a plugin, and what lean/join
prints for a bare one. Prints `ok NAME` or `FAIL NAME: why` for each check, and
last `N passed, N failed`; figures come on lines that begin with `#`.
"""
import os
import random
import re
import subprocess
import sys
import tempfile
import time

import asking
import reference
from child import ROOT, Child, Ended
from report import equal, expect, figure, totals

# The sample that is put to plain Lean in each run; the others are golden.
LIVE = ["theorem-false", "sorry-example", "syntax-error", "unicode", "eval", "wrong-end",
        "late-import", "crlf", "bom", "options", "linters", "unknown-module", "structure"]
# Verdicts that warn.sorry keeps quiet in plain Lean, on purpose not in ours.
QUIET_SORRY = {"sorry-quiet", "sorry-quiet-in", "sorry-quiet-theorem"}


# ---- comparing with plain Lean ----

def as_rows(diagnostics):
    return [[d["severity"], d["line"], d["column"], d["end_line"], d["end_column"], d["kind"],
             d["message"]] for d in diagnostics]


class Verdict:
    """What a session says of a file, with the errors of its header and imports."""

    def __init__(self, child, name, source):
        path = reference.path(name)
        header = child.header(source, label=path)
        self.answer = None
        self.sorry = False
        if header.error:
            self.rows = [[2, header.error_line, header.error_column, header.error]]
            return
        opened = child.open(header)
        if opened.name == "FAILED":
            self.rows = [[2, header.start_line, header.start_column, opened.detail]]
            return
        self.answer = child.check(opened.session, source, label=path)
        self.rows = as_rows(self.answer.of("DIAGNOSTIC"))
        self.sorry = bool(self.answer.has_sorry)

    def agrees(self, wanted):
        if self.answer is None:
            wanted = [[row[0], row[1], row[2], row[6]] for row in wanted]
        return self.rows == wanted

    def errors(self):
        return sum(row[0] == 2 for row in self.rows)


def same_toolchain(row, folder):
    """Golden texts name the folder of the toolchain that made them."""
    row = list(row)
    row[-1] = re.sub(r"(?m)/[^\s']*?/lib/lean(?=$|/)", folder, row[-1])
    return row


def compare_files(child, lean):
    folder = os.path.realpath(os.path.join(os.path.dirname(lean), "..", "lib", "lean"))
    first = {}
    names = reference.names()
    for name in names:
        verdict = Verdict(child, name, reference.source(name))
        wanted = [same_toolchain(row, folder) for row in reference.golden(name)]
        expect(f"golden {name}", verdict.agrees(wanted), f"ours {verdict.rows}\nlean {wanted}")
        if verdict.answer is not None:
            equal(f"counts {name}", verdict.answer.errors, verdict.errors())
            warned = any(row[5] == "hasSorry" for row in wanted)
            if not verdict.errors():
                equal(f"sorry {name}", verdict.sorry, warned or name in QUIET_SORRY)
        first[name] = verdict
    for name in LIVE:
        wanted, _ = reference.ask(lean, name)
        verdict = Verdict(child, name, reference.source(name))
        expect(f"live {name}", verdict.agrees(wanted), f"ours {verdict.rows}\nlean {wanted}")
    for seed in (1, 2):
        shuffled = names[:]
        random.Random(seed).shuffle(shuffled)
        changed = [n for n in shuffled
                   if Verdict(child, n, reference.source(n)).rows != first[n].rows]
        equal(f"order {seed} changes nothing", changed, [])


# ---- headers ----

def headers(child):
    def key(source):
        return child.header(source).key

    def said(source, *fields):
        header = child.header(source)
        return tuple(header.values[field] for field in fields)

    plain = key("")
    equal("header of a file without one", child.header("").imports, ["public Init"])
    equal("header: comments do not matter", key("-- x\n/- y -/\n"), plain)
    equal("header: Init by name", key("import Init\n"), plain)
    lean = key("import Lean\n")
    expect("header: imports matter", lean != plain)
    for text in ("/- a -/ import Lean -- b\n\n\ntheorem x : 1 = 1 := rfl", "import\n  Lean",
                 "import Lean\nimport Lean\n", "import Lean\r\n\r\n", "import Lean /- b -/ import Lean"):
        equal(f"header: same key for {text!r}", key(text), lean)
    expect("header: order matters",
           key("import Lean\nimport Std") != key("import Std\nimport Lean"))
    module = child.header("module\npublic import Init\nimport Std.Data.HashMap\n")
    equal("header of a module", (module.is_module, module.is_prelude), (1, 0))
    equal("header of a module: imports", module.imports,
          ["public Init", "Std.Data.HashMap"])
    equal("header: modifiers",
          child.header("module\npublic meta import Init.Data\nimport all Init\n").imports,
          ["public Init", "public meta Init.Data", "all Init"])
    equal("header of a prelude", said("prelude\nimport Init.Prelude\n", "is_prelude", "imports"),
          (1, ["public Init.Prelude"]))
    equal("header: strange names", child.header("import «a-b».c.«d e»").imports[1],
          "public «a-b».c.«d e»")
    equal("header: body", said("import Lean -- c\n\ndef x := 1", "body_offset"), (18,))
    equal("header: body behind CRLF", said("import Lean\r\n\r\n/- c -/ def", "body_offset"), (23,))
    equal("header: body behind wide letters", said("-- 😀é\nimport Lean\n\nx", "body_offset"), (23,))
    equal("header: start", said("/- c\n -/ import Lean", "start_line", "start_column"), (2, 4))
    equal("header that ends too early", said("import Init import", "error_line", "error_column", "error"),
          (1, 18, "unexpected end of input; expected identifier"))
    expect("header that ends in a dot", child.header("import Init.\nx").error_line > 0)
    expect("header after a byte order mark", key("\ufeffimport Lean") != lean)
    samples = []
    for _ in range(50):
        start = time.perf_counter()
        child.header("import Lean\n" + "theorem x : 1 = 1 := rfl\n" * 100)
        samples.append(time.perf_counter() - start)
    figure(f"header of a 2.5 kB file, with round trip: median {sorted(samples)[25] * 1e3:.2f} ms")


# ---- sessions ----

def sessions(child):
    header = child.header("")
    first = child.open(header)
    equal("session opens or is open", first.name, "SESSION_OPENED")
    again = child.open(header)
    equal("session is reused", (again.session, again.reused), (first.session, 1))
    lean = child.open(child.header("import Lean\n"))
    expect("session with other imports is another", lean.session != first.session)
    expect("session counts its modules", lean.modules > first.modules > 100,
           (lean.modules, first.modules))
    figure(f"import of Lean: {lean.elapsed_us / 1e6:.2f} s, {lean.modules} modules, "
           f"heap {lean.heap_before_kib // 1024} -> {lean.heap_after_kib // 1024} MiB")
    bad = child.open(child.header("import No.Such\n"))
    equal("session of an unknown module", (bad.name, bad.code), ("FAILED", 2))
    expect("session of an unknown module: Lean's words",
           bad.detail.startswith("unknown module prefix 'No'"), bad.detail)
    equal("session with a bad option",
          child.call("OPEN_SESSION", key="x", is_module=0, imports=["public Init"],
                     search_path=[], options=["no.such=1"]).code, 5)
    equal("session with malformed imports",
          child.call("OPEN_SESSION", key="y", is_module=0, imports=["public "],
                     search_path=[], options=[]).name, "FAILED")
    equal("session with an option",
          child.check(child.call("OPEN_SESSION", key="z", is_module=0, imports=["public Init"],
                                 search_path=[], options=["pp.all=true"]).session,
                      "#check 1").of("DIAGNOSTIC")[0]["message"],
          "@OfNat.ofNat.{0} Nat (nat_lit 1) (instOfNatNat (nat_lit 1)) : Nat")
    equal("no such session", child.check(9999, "").code, 3)
    equal("file of another header", child.check(first.session, "import Lean\n").code, 3)
    equal("file without a header fits any session",
          child.check(lean.session, "#check Lean.Meta.MetaM").errors, 0)
    with tempfile.TemporaryDirectory() as folder:
        equal("search path is searched",
              folder in child.open(child.header("import No.Such\n"), search_path=[folder]).detail,
              True)


# ---- checks ----

DOUBLE = "def rep (s : String) : Nat → String | 0 => s | n + 1 => rep (s ++ s) n\n"


def checks(child):
    session = child.open(child.header("")).session

    def run(source, **more):
        return child.check(session, source, **more)

    events = run("theorem foo : 1 = 1 := rfl\n\n/-- doc -/\n@[simp] theorem bar : 2 = 2 := rfl\n"
                 "#check foo\nset_option pp.all true in\nexample : 1 = 1 := rfl\nnamespace A.B\n").events
    equal("progress before each command",
          [(e["current"], e["total"], e["phase"]) for name, e in events if name == "PROGRESS"],
          [(1, 9, "theorem foo"), (4, 9, "theorem bar"), (5, 9, "#check foo"), (7, 9, "example"),
           (8, 9, "namespace A.B")])
    order = run("#eval 1\n#eval 2\n").events
    equal("messages come with their command", [name for name, _ in order],
          ["PROGRESS", "DIAGNOSTIC"] * 2)
    hidden = "set_option warn.sorry false\nexample : 1 = 2 := by\n  have h : 2 = 3 := by admit\n  exact absurd h sorry"
    equal("hidden sorry is found", run(hidden).has_sorry, 1)
    equal("hidden sorry by option", run("example : 1 = 2 := sorry", options=["warn.sorry=false"]).has_sorry, 1)
    equal("no sorry where none is", run("set_option warn.sorry false\nexample : 1 = 1 := rfl").has_sorry, 0)
    equal("unknown option", run("", options=["no.such.option=1"]).code, 5)
    equal("malformed option", run("", options=["pp.all"]).code, 5)
    equal("option of a check", run("#check 1", options=["pp.all=true"]).of("DIAGNOSTIC")[0]["message"],
          "@OfNat.ofNat.{0} Nat (nat_lit 1) (instOfNatNat (nat_lit 1)) : Nat")
    equal("option of a check is gone", run("#check 1").of("DIAGNOSTIC")[0]["message"], "1 : Nat")

    cut = run(DOUBLE + '#eval IO.println (rep "é" 10)\n#eval 1\n#check (1 : String)\n', limit=101)
    equal("messages are cut between letters", [d["message"] for d in cut.of("DIAGNOSTIC")],
          ["é" * 50])
    equal("cut messages are counted", (cut.truncated, cut.errors), (1, 1))
    equal("nothing cut, nothing said", run("#eval 1", limit=1).truncated, 0)
    flood = run("".join(f"#eval {i}\n" for i in range(2000)), limit=100)
    equal("a flood ends at the limit", (sum(len(d["message"]) for d in flood.of("DIAGNOSTIC")),
                                        flood.truncated, flood.commands), (100, 1, 2001))
    equal("empty file", run("").commands, 1)
    equal("mixed line ends", as_rows(run("theorem a : 1 = 1 := rfl\r\n#check (1 : String)\n")
                                     .of("DIAGNOSTIC"))[0][1:5], [2, 8, 2, 9])
    equal("NUL in a text", run("def s := \"\0\"\n#eval s.length").of("DIAGNOSTIC")[0]["message"], "1")


def restored(child, folder):
    session = child.open(child.header("")).session

    def first(source):
        answer = child.check(session, source)
        return answer.of("DIAGNOSTIC")[0]["message"] if answer.of("DIAGNOSTIC") else answer.values

    where = "#eval do IO.println (← IO.Process.getCurrentDir)"
    equal("working folder", first(where), os.path.realpath(folder) + "\n")
    child.check(session, '#eval IO.Process.setCurrentDir "/"')
    equal("working folder is put back", first(where), os.path.realpath(folder) + "\n")
    random_number = first("#eval IO.rand 0 1000000")
    equal("random numbers begin anew", first("#eval IO.rand 0 1000000"), random_number)
    child.check(session, "#eval do let _ ← IO.setStdout (← IO.getStderr)")
    equal("standard output is put back", first('#eval IO.println "x"'), "x\n")
    child.check(session, "axiom cheat : False\nnotation \"qq\" => 1\nset_option pp.all true\n"
                         "def Nat.foo := 1\nmacro \"zz\" : command => `(#eval 7)")
    for name, source in (("axioms", "#check cheat"), ("notations", "#check qq"),
                         ("definitions", "#check Nat.foo"), ("commands", "zz")):
        expect(f"{name} of a file are gone", child.check(session, source).errors > 0)
    equal("options of a file are gone", first("#check 1"), "1 : Nat")


# ---- cancel ----

def theorems(count):
    return "".join(f"theorem t{i} (a b c d : Nat) (h : a < b) (k : b < c) (l : c < d) : "
                   f"a + 2 < d + {i} := by omega\n" for i in range(count))


def one_proof(count):
    return ("theorem t (a b c d : Nat) (h : a < b) (k : b < c) (l : c < d) : a + 2 < d := by\n" +
            "".join(f"  have h{i} : a + 2 < d + {i} := by omega\n" for i in range(count)) +
            "  omega\n")


def cancel_after_progress(child, session, source, number):
    """Cancels once `number` commands have begun; the seconds until the answer."""
    seen = []

    def on_event(name, _):
        if name == "PROGRESS":
            seen.append(time.perf_counter())
            if len(seen) == number:
                child.cancel()

    answer = child.check(session, source, on_event=on_event)
    return answer, time.perf_counter() - seen[number - 1]


def cancels(child):
    session = child.open(child.header("")).session
    small = "theorem x (a b : Nat) (h : a < b) : a ≤ b := by omega"
    answer, seconds = cancel_after_progress(child, session, theorems(3000), 5)
    expect("cancel between theorems", answer.cancelled and answer.commands < 1000, answer.values)
    figure(f"cancel among many theorems: {seconds * 1e3:.0f} ms")
    answer, seconds = cancel_after_progress(child, session, one_proof(600), 1)
    expect("cancel inside a proof", answer.cancelled and answer.errors == 0, answer.values)
    figure(f"cancel inside one proof: {seconds * 1e3:.0f} ms")
    after = child.check(session, small)
    equal("session is good after cancels", (after.cancelled, after.errors), (0, 0))
    child.cancel(tag=12345)
    equal("a stale cancel does nothing", child.check(session, small).cancelled, 0)
    child.begin("CHECK", session=session, label="x", source=theorems(3000), options=[],
                diagnostic_bytes=1000)
    child.cancel()
    early = child.finish()
    expect("a cancel that comes at once", early.cancelled and early.commands < 1000, early.values)
    child.tag = 77
    child.cancel()
    time.sleep(0.05)
    child.send("CHECK", tag=77, session=session, label="x", source=theorems(3000), options=[],
               diagnostic_bytes=1000)
    equal("a cancel that overtakes its request", child.finish().commands, 0)
    equal("and the next request is not hit", child.check(session, small).cancelled, 0)


# ---- hostile files ----

def hostile(child):
    session = child.open(child.header("import Lean\n")).session

    def run(source):
        return child.check(session, "import Lean\nopen Lean Elab Command Term Tactic\n" + source)

    faked = 'elab "fake" : command => throw (.internal interruptExceptionId)\nfake\n'
    expect("a faked interrupt is not ok", run(faked + "theorem x : 1 = 1 := rfl").errors > 0)
    expect("a faked interrupt in a proof is not ok",
           run('elab "fake" : tactic => throw (.internal interruptExceptionId)\n'
               "theorem x : 1 = 2 := by fake\nexample : 1 = 2 := by fake").errors >= 2)
    for kind, category in (("throwAbortTactic", "tactic"), ("throwAbortTerm", "term")):
        answer = run(f'elab "fake" : {category} => {kind}\ntheorem x : 1 = 2 := ' +
                     ("by fake" if category == "tactic" else "fake"))
        expect(f"{kind} is not ok", answer.errors > 0 or answer.has_sorry, answer.values)
    run('elab "fake" : command => throwAbortCommand\nfake')
    run('elab "fake" : command => throw (.internal {idx := 4711})\nfake')
    run('elab "fake" : command => modify fun s => { s with scopes := [] }\nfake\n#check 1')
    run('run_cmd lintersRef.set #[]\n')
    linted = child.check(session, "import Lean\ndef f (n : Nat) := 1")
    equal("linters are put back", linted.warnings, 1)
    equal("the loop lives on", child.check(session, "import Lean\nexample : 1 = 1 := rfl").errors, 0)


def big_message(child, session):
    """Costs memory that is not given back, so not for the child with the many tests."""
    before = child.ready["heap_kib"]
    answer = child.check(session, DOUBLE + '#eval IO.println (rep "é0123456789" 21)', limit=1 << 26)
    text = answer.of("DIAGNOSTIC")[0]["message"]
    equal("a message of 25 MB", (len(text), text == "é0123456789" * 2 ** 21 + "\n"),
          (11 * 2 ** 21 + 1, True))
    figure(f"a message of 25 MB: heap {before // 1024} -> {answer.heap_kib // 1024} MiB")


def forged(arguments, folder, interpreted):
    """A file that calls the plugin as the shim does, without the secret."""
    source = ('@[extern "lw_send"] public opaque LeanWorker.Plugin.send\n'
              "  (secret message : String) (numbers : Array Nat) (texts : Array String) : BaseIO Unit\n"
              '#eval LeanWorker.Plugin.send "0123456789abcdef0123456789abcdef" "CHECKED"\n'
              "  #[1, 0, 0, 0, 0, 0, 1, 1] #[]\n")
    again = ('@[extern "lw_start"] public opaque LeanWorker.start : BaseIO Unit\n'
             "#eval LeanWorker.start\n")
    with open(os.path.join(folder, "breach.txt"), "w+") as errors:
        child = Child(*arguments, stderr=errors, cwd=folder)
        try:
            child.handshake()
            session = child.open(child.header("")).session
            big_message(child, session)
            if not interpreted:
                source = again
            answer = child.check(session, source)
            equal("a call without the secret", (answer.name, answer.values.get("reason")),
                  ("GOODBYE", 3))
            equal("a call without the secret: exit code", child.process.wait(60), 70)
        except Ended:
            errors.seek(0)
            expect("a call without the secret", False, "ended silently: " + errors.read())
        finally:
            child.kill()


# ---- starting and ending ----

def bad_starts(lean, plugin, shim):
    for value in (None, "", "3", "3,4", "3,4,5,6", "a,b,c", "3,4,-5", "99999999999,4,5"):
        environment = dict(os.environ)
        environment.pop("LW_CHILD_FDS", None)
        if value is not None:
            environment["LW_CHILD_FDS"] = value
        done = subprocess.run([lean, "--load-dynlib=" + plugin, "--run", shim], env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        expect(f"LW_CHILD_FDS={value!r}",
               done.returncode == 2 and b"LW_CHILD_FDS" in done.stderr,
               (done.returncode, done.stderr))


def breaches(arguments, folder):
    """A parent that breaks the protocol is told so, once."""
    with open(os.path.join(folder, "protocol.txt"), "w") as errors:
        child = Child(*arguments, stderr=errors, cwd=folder)
        try:
            child.receive()
            child.send("WELCOME", version=1, frame_limit=1 << 20)
            child.receive()
            child.send_raw(b"\xff\xff\xff\xff\x10\0\0\0" + b"\1" * 8)
            _, name, values = child.receive()
            equal("a frame over the limit", (name, values["reason"]), ("GOODBYE", 2))
            equal("a frame over the limit: exit code", child.process.wait(60), 71)
        finally:
            child.kill()


def speed(child):
    session = child.open(child.header("")).session
    for name, source in (("empty file", ""), ("one theorem", "theorem x : 1 + 1 = 2 := rfl\n"),
                         ("ten omega theorems", theorems(10))):
        walls, insides = [], []
        for _ in range(30):
            start = time.perf_counter()
            answer = child.check(session, source)
            walls.append(time.perf_counter() - start)
            insides.append(answer.elapsed_us / 1e6)
        figure(f"{name}: {sorted(walls)[15] * 1e3:.1f} ms, of it in Lean's commands "
               f"{sorted(insides)[15] * 1e3:.1f} ms")
    samples = []
    for _ in range(1000):
        start = time.perf_counter()
        child.call("PING", payload=b"x" * 100)
        samples.append(time.perf_counter() - start)
    figure(f"ping: median {sorted(samples)[500] * 1e6:.0f} us")
    before = child.cpu_s()
    time.sleep(2)
    figure(f"idle: {(child.cpu_s() - before) * 500:.1f} ms of CPU a second, "
           f"RSS {child.rss_kib() // 1024} MiB")


def main():
    lean = os.path.abspath(sys.argv[1])
    folder = tempfile.mkdtemp(prefix="lw-shim-")
    plugin = sys.argv[2] if len(sys.argv) > 2 else os.path.join(folder, "plugin.wasm")
    shim = sys.argv[3] if len(sys.argv) > 3 else os.path.join(ROOT, "lean", "Start.lean")
    if len(sys.argv) < 3:
        subprocess.run([os.path.join(ROOT, "src/child/plugin/build-wasm.sh"), lean, plugin],
                       check=True)
    arguments = (lean, os.path.abspath(plugin), os.path.abspath(shim))
    interpreted = os.path.basename(shim).lower() != "start.lean"
    work = os.path.join(folder, "work")
    os.mkdir(work)

    with open(os.path.join(folder, "stderr.txt"), "w") as errors:
        child = Child(*arguments, stderr=errors, cwd=work).handshake()
        figure(f"READY after {child.ready_s:.2f} s, {child.cpu_s():.1f} s of CPU, "
               f"RSS {child.rss_kib() // 1024} MiB, heap {child.ready['heap_kib'] // 1024} MiB")
        try:
            expect("READY", re.fullmatch(r"4\.\d+\.\d+.*", child.ready["lean_version"]), child.ready)
            equal("PING", child.call("PING", payload=b"\0\xff any bytes").payload, b"\0\xff any bytes")
            headers(child)
            sessions(child)
            checks(child)
            restored(child, work)
            cancels(child)
            compare_files(child, lean)
            hostile(child)
            speed(child)
            figure(f"heap at the end {child.file('').heap_kib // 1024} MiB")
            equal("an export belongs to a session",
                  child.call("RUN", session=0, name="x", request=b"").code, 3)
            (tag, name, values), code = child.shutdown()
            equal("SHUTDOWN", (tag, name, values["reason"], code), (0, "GOODBYE", 0, 0))
        except (Ended, TimeoutError, AssertionError, KeyError) as error:
            with open(errors.name, encoding="utf-8", errors="replace") as log:
                expect("the child lives", False, f"{error!r}\n{log.read()[-1000:]}")
        finally:
            child.kill()
    asking.run(arguments, work)
    forged(arguments, work, interpreted)
    bad_starts(*arguments)
    breaches(arguments, work)
    return totals()


if __name__ == "__main__":
    sys.exit(main())
