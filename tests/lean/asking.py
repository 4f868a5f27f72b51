"""ELABORATE, KERNEL_CHECK, LIST, DESCRIBE and TERM on real Lean; test_shim.py runs it."""
import os
import time

from child import Child, Ended
from report import equal, expect, figure

ALL_KINDS = 0xFFFFFFFF
MISSING, AXIOM, DEF, THEOREM, OPAQUE, QUOT, INDUCTIVE, CONSTRUCTOR, RECURSOR = range(9)
CHECKED, REJECTED, UNAVAILABLE, UNSUPPORTED = range(4)
INFER_TYPE, WHNF, DEF_EQ = range(3)
DEFAULT, REDUCIBLE, INSTANCES, ALL = range(4)
OK, FAILED, HEARTBEATS = range(3)
LONG_TERM = "(by decide : (List.range 100000).length = 100000)"
PATIENT = ("maxRecDepth=1000000",)


class Asker:
    """One session of a child, with what requests mostly say."""

    def __init__(self, child, header="", **more):
        self.child = child
        said = child.header(header)
        opened = child.call("OPEN_SESSION", key=said.key, is_module=said.is_module,
                            imports=said.imports, diagnostic_bytes=1 << 20, **more)
        assert opened.name == "SESSION_OPENED", opened.values
        self.session = opened.session

    def ask(self, message, **more):
        return self.child.call(message, session=self.session, **more)

    def begin(self, message, **more):
        self.child.begin(message, session=self.session, **more)

    def term(self, source, limit=65536, text=65536, **more):
        return self.ask("ELABORATE", kind=1, source=source, diagnostic_bytes=limit,
                        text_bytes=text, **more)

    def commands(self, source, limit=65536, **more):
        return self.ask("ELABORATE", kind=0, source=source, diagnostic_bytes=limit, **more)

    def kernel(self, source, limit=65536, **more):
        return self.ask("KERNEL_CHECK", source=source, diagnostic_bytes=limit, **more)

    def query(self, operation, first, second="", text=65536, **more):
        return self.ask("TERM", operation=operation, first=first, second=second,
                        text_bytes=text, **more)

    def describe(self, name, text=65536):
        return self.ask("DESCRIBE", name=name, text_bytes=text)

    def list(self, kinds=ALL_KINDS, **more):
        answer = self.ask("LIST", kinds=kinds, **more)
        items = [item for event in answer.of("DECLARATIONS") for item in event["items"]]
        return answer, [(int(item[0]), item[1:]) for item in items]


def messages(answer):
    return [d["message"] for d in answer.of("DIAGNOSTIC")]


def places(answer):
    return [(d["severity"], d["line"], d["column"], d["end_line"], d["end_column"])
            for d in answer.of("DIAGNOSTIC")]


def verdict(answer):
    return answer.errors, answer.warnings, answer.has_sorry


SOURCE = '''
/-- What `ü` is. -/
def My.ü : Nat := 3

namespace My
theorem proved : ü = ü := rfl
scoped notation "qq" => ü
axiom assumed : ü = 4
structure Pair where
  first : Nat
end My
'''


def with_source(child, **more):
    return Asker(child, source_modules=["My"], source_labels=[""], source_texts=[SOURCE], **more)


# ---- ELABORATE ----

def terms(a):
    answer = a.term("1 + 1")
    equal("a term", (verdict(answer), answer.type, answer.value), ((0, 0, 0), "Nat", "1 + 1"))
    equal("a term of an expected type", a.term("1 + 1", expected_type="Int").type, "Int")
    answer = a.term("fun x => x +\n  foo x", expected_type="Nat → Nat")
    equal("an error in a term", (answer.errors, places(answer), messages(answer)),
          (1, [(2, 2, 2, 2, 5)], ["Unknown identifier `foo`"]))
    equal("an error is counted as sorry", answer.has_sorry, 1)
    equal("places count code points", places(a.term('("é😀" : Nat)')), [(2, 1, 0, 1, 12)])
    for text, line, column, message in (("1 +", 1, 3, "unexpected end of input"),
                                        ("1 2) x", 1, 3, "expected end of input"),
                                        ("", 1, 0, "unexpected end of input"),
                                        ("\n )", 2, 1, "unexpected token ')'; expected term")):
        answer = a.term(text)
        equal(f"the term {text!r}", (answer.errors, places(answer)[0][1:3], messages(answer)),
              (1, (line, column), [message]))
    for text, message in (("Foo", "Unknown identifier `Foo`"),
                          (")", "unexpected token ')'; expected term")):
        answer = a.term("1", expected_type=text)
        equal(f"the expected type {text!r}", (answer.errors, places(answer), messages(answer)),
              (1, [(2, 0, 0, 0, 0)], ["expected type:\n" + message]))
    equal("a term with sorry", verdict(a.term("(sorry : Nat)")), (0, 0, 1))
    equal("what Lean leaves open", a.term("[]").type, "List ?m.1")
    equal("a proof", verdict(a.term("by omega", expected_type="∀ x : Nat, x < 2 → x ≤ 1")), (0, 0, 0))
    equal("a term in a namespace", a.term("succ 1", name_space="Nat").type, "Nat")
    equal("and not in it", a.term("succ 1").errors, 1)
    cut = a.term('"é😀"', text=4)
    equal("texts are cut between letters", (cut.type, cut.value, cut.truncated), ("Stri", '"é', 1))
    equal("an option of a term", a.term("1", options=["pp.all=true"]).value,
          "@OfNat.ofNat.{0} Nat (nat_lit 1) (instOfNatNat (nat_lit 1))")
    late = a.term("(by decide : (List.range 3000).length = 3000)", heartbeats=10, options=PATIENT)
    equal("heartbeats of a term", [d["kind"] for d in late.of("DIAGNOSTIC")],
          ["runtime.maxHeartbeats"])
    expect("heartbeats are in thousands", "number of heartbeats (10)" in messages(late)[0], messages(late))
    equal("errors of a term are cut", (messages(a.term("nope", limit=4)),
                                       a.term("nope", limit=4).truncated), (["Unkn"], 1))
    a.begin("ELABORATE", kind=1, source=LONG_TERM, options=PATIENT, heartbeats=1000000,
            text_bytes=100, diagnostic_bytes=100)
    a.child.cancel()
    equal("a term is cancelled", a.child.finish().cancelled, 1)
    equal("and the next one is not", (a.term("1").cancelled, a.term("1").value), (0, "1"))


def commands(a):
    answer = a.commands("theorem foo : 1 = 1 := rfl\n#check foo", name_space="A.B")
    equal("commands in a namespace", (verdict(answer), messages(answer), answer.type),
          ((0, 0, 0), ["A.B.foo : 1 = 1"], ""))
    equal("progress of commands", [(e["current"], e["total"], e["phase"])
                                   for name, e in answer.events if name == "PROGRESS"],
          [(1, 2, "theorem foo"), (2, 2, "#check foo")])
    expect("what was declared is gone", a.commands("#check A.B.foo").errors > 0)
    equal("errors have their place", places(a.commands("#eval 1\n#check (1 : String)"))[1][1:3], (2, 8))
    equal("sorry", verdict(a.commands("example : 1 = 2 := sorry")), (0, 1, 1))
    equal("hidden sorry", verdict(a.commands("set_option warn.sorry false\nexample : 1 = 2 := sorry")),
          (0, 0, 1))
    expect("a header is an error", a.commands("import Lean").errors > 0)
    equal("nothing at all", verdict(a.commands("")), (0, 0, 0))
    equal("printed text", messages(a.commands('#eval IO.println "ü"')), ["ü\n"])
    cut = a.commands('#eval IO.println "éé"\n#eval 2', limit=3)
    equal("messages of commands are cut", (messages(cut), cut.truncated), (["é"], 1))
    late = a.commands("theorem q : (List.range 3000).length = 3000 := by decide",
                      heartbeats=10, options=PATIENT)
    equal("heartbeats of commands", late.of("DIAGNOSTIC")[0]["kind"], "runtime.maxHeartbeats")

    def stop(name, _):
        if name == "PROGRESS":
            a.child.cancel()

    answer = a.commands("".join(f"example (a b : Nat) (h : a < b) : a ≤ b + {i} := by omega\n"
                                for i in range(3000)), on_event=stop)
    progress = sum(name == "PROGRESS" for name, _ in answer.events)
    expect("commands are cancelled", answer.cancelled and progress < 1000, progress)
    for more, code in (({"name_space": "a..b"}, 5), ({"options": ["no.such=1"]}, 5)):
        equal(f"refused: {more}", a.commands("", **more).values.get("code"), code)
    equal("no such session", a.child.call("ELABORATE", session=9999).code, 3)


def spaces(child):
    a = with_source(child)
    expect("scoped notation is not known", a.term("qq").errors > 0)
    answer = a.term("qq", name_space="My")
    equal("scoped notation of the namespace", (answer.errors, answer.value), (0, "qq"))
    equal("and of one inside it", a.term("qq", name_space="My.Deep.«er»").errors, 0)
    b = with_source(child, namespaces=["My"])
    equal("scoped notation of the session", b.term("qq").errors, 0)
    equal("names of the session's namespaces", b.term("ü").type, "Nat")
    equal("and in a file", child.check(b.session, "#check qq + ü").errors, 0)
    answer = b.kernel("theorem x : ü = 4 := assumed")
    equal("the kernel knows the sources", (answer.status, answer.axioms), (CHECKED, ["My.assumed"]))


# ---- KERNEL_CHECK ----

DECLARATIONS = '''
mutual
def ev : Nat → Bool | 0 => true | n + 1 => od n
def od : Nat → Bool | 0 => false | n + 1 => ev n
end
partial def f (n : Nat) : Nat := f (n + 1)
unsafe def g (n : Nat) : Nat := g (n + 1)
mutual
partial def p (n : Nat) : Nat := q n
partial def q (n : Nat) : Nat := p n
end
def ack : Nat → Nat → Nat
  | 0, n => n + 1 | m + 1, 0 => ack m 1 | m + 1, n + 1 => ack m (ack (m + 1) n)
termination_by a b => (a, b)
opaque o : Nat
noncomputable def choice (h : Nonempty Nat) : Nat := Classical.choice h
theorem sum (a b c : Nat) (h : a < b) (k : b < c) : a + 1 < c := by omega
'''
TYPES = '''
inductive T (α : Type u) : Nat → Type u | a : α → T α 0 | b : T α n → T α (n + 1)
structure S where
  x : Nat
  y : List S
mutual
inductive A | a : B → A | n
inductive B | b : A → B
end
class C (α : Type) where c : α
inductive R | r : List R → R
'''
FORGED = '''open Lean Elab Command
def forged : Declaration := .thmDecl {
  name := `bad, levelParams := [], type := mkConst ``False, value := mkConst ``True.intro }
run_cmd
  modifyEnv fun e => match e.addDeclCore 0 forged none (doCheck := false) with
    | .ok e => e
    | .error _ => e
theorem two : 1 = 2 := bad.elim
'''
UNCHECKED = '''open Lean Elab Term
set_option debug.skipKernelTC true
elab "cheat" : term => return mkApp2 (mkConst ``id [.zero]) (mkConst ``False) (mkConst ``True.intro)
theorem x : False := cheat
'''


def kernel(a, lean):
    def said(answer):
        return answer.status, answer.declarations, answer.axioms

    answer = a.kernel("theorem foo : 1 + 1 = 2 := rfl\ntheorem bar : 2 = 1 + 1 := foo.symm")
    equal("the kernel accepts", said(answer), (CHECKED, 2, []))
    equal("and says so", answer.summary.split(";")[0], "the kernel accepted 2 declarations")
    answer = a.kernel("theorem foo : 1 = 2 := sorry")
    equal("sorry is an axiom", (said(answer), answer.has_sorry), ((CHECKED, 1, ["sorryAx"]), 1))
    answer = a.kernel("axiom ü : False\ntheorem foo : 1 = 2 := ü.elim\ndef x := 1")
    equal("axioms of the source", said(answer), (CHECKED, 3, ["ü"]))
    equal("an axiom of the library", a.kernel(DECLARATIONS).axioms, ["Classical.choice"])
    equal("all sorts of definitions", a.kernel(DECLARATIONS).status, CHECKED)
    equal("all sorts of types", (a.kernel(TYPES).status, a.kernel(TYPES).errors), (CHECKED, 0))
    equal("in a namespace", said(a.kernel("theorem foo : 1 = 1 := rfl", name_space="A.B")),
          (CHECKED, 1, []))
    answer = a.kernel("theorem foo : 1 = 2 := rfl")
    equal("Lean rejects", (said(answer), answer.errors > 0), ((REJECTED, 0, []), True))
    equal("nothing to check", said(a.kernel("#eval 1")), (UNAVAILABLE, 0, []))
    equal("compiled code", a.kernel("theorem n : 200 < 300 := by native_decide").status, UNSUPPORTED)
    answer = lean.kernel(FORGED)
    equal("a forged declaration", (answer.status, answer.errors), (REJECTED, 1))
    expect("is named", answer.summary.startswith("`bad`: (kernel) declaration type mismatch"),
           answer.summary)
    answer = lean.kernel(UNCHECKED)
    equal("a declaration that the kernel has not seen", (answer.status, places(answer)[-1][1:3]),
          (REJECTED, (4, 0)))
    chain = "theorem t0 : True := trivial\n" + "".join(
        f"theorem t{i} : True := t{i - 1}\n" for i in range(1, 500))
    answer = a.kernel(chain)
    equal("a chain of 500 lemmas", said(answer)[:2], (CHECKED, 500))
    figure(f"kernel check of a chain of 500 lemmas: {answer.elapsed_us / 1e6:.2f} s")
    a.begin("KERNEL_CHECK", source=chain, diagnostic_bytes=100)
    a.child.cancel()
    answer = a.child.finish()
    equal("a kernel check is cancelled", (answer.cancelled, answer.status), (1, UNAVAILABLE))


# ---- LIST and DESCRIBE ----

def lists(a, lean, b):
    def names(**more):
        return [name for _, name in a.list(**more)[1]]

    asked = ["Nat", "Nat.add", "zz", "a..b", "", "Nat.add_comm", "propext", "«Nat».«succ»", "Nat.rec", "Quot"]
    answer, found = a.list(names=asked)
    equal("names in order", found, [
        (INDUCTIVE, "Nat"), (DEF, "Nat.add"), (MISSING, "zz"), (MISSING, "a..b"), (MISSING, ""),
        (THEOREM, "Nat.add_comm"), (AXIOM, "propext"), (CONSTRUCTOR, "Nat.succ"),
        (RECURSOR, "Nat.rec"), (QUOT, "Quot")])
    equal("names are counted", (answer.count, answer.limited), (len(asked), 0))
    answer, found = a.list(names=asked, limit=3)
    equal("names up to the limit", (len(found), answer.limited), (3, 1))
    answer, every = a.list(all=1)
    equal("all are counted", (answer.count, len(set(every))), (len(every), len(every)))
    expect("there are many", len(every) > 20000, len(every))
    equal("twice the same order", a.list(all=1)[1], every)
    expect("batches are small", max(sum(map(len, e["items"])) for e in answer.of("DECLARATIONS")) < 20000)
    expect("internals are more", a.list(all=1, internals=1)[0].count > answer.count)
    expect("nothing private without them", not any(n.startswith("_private") for _, n in every))
    equal("a prefix is a name and all below it",
          all(n == "Nat.le" or n.startswith("Nat.le.") for n in names(all=1, prefix="Nat.le")), True)
    expect("and the name itself", "Nat.le" in names(all=1, prefix="Nat.le"))
    equal("a part of the name", names(all=1, contains="add_com"),
          [n for _, n in every if "add_com" in n])
    equal("a part with other letters", names(all=1, contains="ₘ"), [n for _, n in every if "ₘ" in n])
    equal("kinds", {kind for kind, _ in a.list(all=1, kinds=1 << INDUCTIVE | 1 << QUOT)[1]},
          {INDUCTIVE, QUOT})
    equal("a module", (len(names(all=1, in_module=1, module="Init.Core", limit=5)),
                       "absurd" in names(all=1, in_module=1, module="Init.Prelude")), (5, True))
    unknown = a.ask("LIST", all=1, kinds=ALL_KINDS, in_module=1, module="No.Such")
    expect("an unknown module", unknown.code == 5 and "'No.Such'" in unknown.detail, unknown.values)
    equal("no sources, no declarations", names(all=1, in_module=1), [])
    equal("a malformed prefix", a.ask("LIST", all=1, kinds=ALL_KINDS, prefix="a..b").code, 5)
    mine = b.list(all=1, in_module=1)[1]
    expect("declarations of sources", {(DEF, "My.ü"), (THEOREM, "My.proved"), (AXIOM, "My.assumed"),
                                       (INDUCTIVE, "My.Pair")} <= set(mine), mine)
    equal("sources come last", b.list(all=1)[1][-len(mine):], mine)
    total = lean.list(all=1, internals=1)[0]
    figure(f"all {total.count} declarations of `import Lean`: {total.elapsed_us / 1e3:.0f} ms")

    def stop(name, _):
        lean.child.cancel()

    answer, found = lean.list(all=1, on_event=stop)
    expect("a list is cancelled", answer.cancelled and 0 < len(found) < total.count,
           (answer.values, len(found)))


def descriptions(a, b):
    def said(answer):
        return answer.kind, answer.type, answer.module

    equal("a definition", said(a.describe("Nat.add")), (DEF, "Nat → Nat → Nat", "Init.Prelude"))
    equal("a theorem", said(a.describe("Nat.add_comm")),
          (THEOREM, "∀ (n m : Nat), n + m = m + n", "Init.Data.Nat.Basic"))
    equal("an axiom", said(a.describe("propext")), (AXIOM, "∀ {a b : Prop}, (a ↔ b) → a = b", "Init.Core"))
    for name in ("nope", "a..b", "", "«"):
        equal(f"none: {name!r}", (said(a.describe(name)), a.describe(name).line), ((MISSING, "", ""), 0))
    answer = b.describe("My.ü")
    equal("of a source", (said(answer), answer.doc.strip()), ((DEF, "Nat", ""), "What `ü` is."))
    equal("its place", (answer.line, answer.column, answer.end_line, answer.end_column), (2, 0, 3, 19))
    expect("what comes with a type has its place", b.describe("My.Pair.casesOn").line == 9,
           b.describe("My.Pair.casesOn").values)
    cut = a.describe("propext", text=3)
    equal("a description is cut between letters", (cut.type, cut.truncated), ("∀", 1))
    expect("a description is cancelled", any(overtaken(a, i) for i in range(1, 500)))


def overtaken(a, tag):
    """Does a cancel that is sent before its request arrive before it?"""
    a.child.tag = tag
    a.child.cancel()
    a.child.send("DESCRIBE", tag=tag, session=a.session, name="Nat.add", text_bytes=100)
    return a.child.finish().values.get("code") == 6


# ---- TERM ----

def questions(a):
    def said(answer):
        return answer.outcome, answer.text

    equal("the type", said(a.query(INFER_TYPE, "Nat.succ")), (OK, "Nat → Nat"))
    equal("in a namespace", said(a.query(INFER_TYPE, "succ", name_space="Nat")), (OK, "Nat → Nat"))
    equal("weak head normal form", said(a.query(WHNF, "(fun x => x + 1) 2")), (OK, "3"))
    equal("with transparency", [said(a.query(WHNF, "id Nat", transparency=t))
                                for t in (DEFAULT, REDUCIBLE, INSTANCES, ALL)],
          [(OK, "Nat"), (OK, "id Nat"), (OK, "id Nat"), (OK, "Nat")])
    equal("equal", [a.query(DEF_EQ, *pair).equal for pair in
                    (("1 + 1", "2"), ("1 + 1", "3"), ("(1 : Int)", "(1 : Nat)"), ("fun (x : Nat) => x", "id"))],
          [1, 0, 0, 1])
    equal("equal with transparency", a.query(DEF_EQ, "id Nat", "Nat", transparency=REDUCIBLE).equal, 0)
    for first, second, text in (("foo", "1", "Unknown identifier `foo`"), ("1", "foo", "Unknown identifier `foo`"),
                                ("1 +", "1", "unexpected end of input"), ("1", "", "unexpected end of input")):
        equal(f"fails: {first!r} = {second!r}", said(a.query(DEF_EQ, first, second)), (FAILED, text))
    expect("a failing tactic fails", a.query(INFER_TYPE, "(by omega : 1 = 2)").outcome == FAILED)
    late = a.query(WHNF, "(List.range 3000).length", heartbeats=1)
    equal("heartbeats of a question", late.outcome, HEARTBEATS)
    expect("and Lean's words", "number of heartbeats (1)" in late.text and "invalid" not in late.text,
           late.text)
    cut = a.query(WHNF, '"é😀" ++ "x"', text=4)
    expect("answers are cut between letters", cut.truncated and len(cut.text.encode()) <= 4, cut.values)
    a.begin("TERM", operation=DEF_EQ, first=LONG_TERM.replace("by decide", "rfl"), second="1",
            heartbeats=1000000, text_bytes=100)
    a.child.cancel()
    equal("a question is cancelled", a.child.finish().cancelled, 1)


def growth(a):
    for _ in range(50):
        a.term("fun (x : Nat) => x + 1")
    before = a.term("1").heap_kib
    start = time.perf_counter()
    for i in range(1000):
        a.term(f"fun (x : Nat) => x + {i}")
    seconds = time.perf_counter() - start
    grown = a.term("1").heap_kib - before
    figure(f"1000 small terms: {seconds:.2f} ms each, heap grows {grown / 1000:.2f} KiB each")
    expect("small terms leave little behind", grown < 32 * 1024, f"{grown} KiB")


# ---- accidents ----

HOSTILE = '''
import Lean
open Lean Elab Term
elab "moves" : term => do
  let _ ← (IO.Process.setCurrentDir "/").toBaseIO
  return mkConst ``True.intro
elab "fakes" : term => throw (.internal interruptExceptionId)
elab "aborts" : term => throwAbortTerm
elab "prints" : term => do
  let _ ← (IO.println "ü").toBaseIO
  return mkConst ``True.intro
'''


def accidents(child, folder):
    """Terms and commands that run code, and at last one that ends the process."""
    a = Asker(child)
    h = Asker(child, "import Lean\n", source_modules=["Hostile"], source_labels=[""],
              source_texts=[HOSTILE])

    def stays(name, answer, **values):
        equal(name, {key: answer.values[key] for key in values}, values)
        where = a.commands("#eval do IO.println (← IO.Process.getCurrentDir)")
        equal(name + ", and the process stays", messages(where), [folder + "\n"])

    move = "#eval do IO.Process.setCurrentDir \"/\"; IO.println (← IO.Process.getCurrentDir)"
    answer = a.commands(move)
    stays("commands that move", answer, errors=0)
    equal("they have moved", messages(answer), ["/\n"])
    stays("a kernel check that moves", a.kernel(move), errors=0)
    stays("a term that moves", h.term("moves"), errors=0, type="True")
    stays("a question that moves", h.query(INFER_TYPE, "moves"), outcome=OK, text="True")
    stays("a term that prints", h.term("prints"), errors=0)
    equal("what a term prints", messages(h.term("prints")), ["ü\n"])
    stays("a term that fakes an interrupt", h.term("fakes"), errors=1, cancelled=0)
    stays("a question that does", h.query(WHNF, "fakes"), outcome=FAILED, cancelled=0)
    answer = h.term("aborts")
    expect("a term that aborts", answer.errors or answer.has_sorry, answer.values)
    equal("after all that", h.query(INFER_TYPE, "1").text, "Nat")
    try:
        answer = a.commands("#eval (IO.Process.exit 0 : IO Unit)")
        expect("commands that end the process", False, answer.values)
    except Ended:
        equal("commands that end the process", child.process.wait(60), 0)


def requests(child):
    a, lean, b = Asker(child), Asker(child, "import Lean\n"), with_source(child)
    terms(a)
    commands(a)
    spaces(child)
    kernel(a, lean)
    lists(a, lean, b)
    descriptions(a, b)
    questions(a)
    growth(a)


def run(arguments, folder):
    """A child of its own: sessions cost memory that is not given back."""
    folder = os.path.realpath(folder)
    with open(os.path.join(folder, "asking.txt"), "w+") as errors:
        child = Child(*arguments, stderr=errors, cwd=folder).handshake()
        try:
            requests(child)
            accidents(child, folder)
        except (Ended, TimeoutError, AssertionError, AttributeError, KeyError) as error:
            errors.seek(0)
            expect("the child that is asked lives", False, f"{error!r}\n{errors.read()[-1000:]}")
        finally:
            child.kill()
