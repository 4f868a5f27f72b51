/-! Exports: what the tests ask the child for, by name. -/
namespace Native

/-- What a request leaves to the next, and what it answers. -/
structure Reply where
  env : Lean.Environment
  failed : Bool
  text : String

/-- What every export is given. -/
structure Run where
  /-- The way out for rows. -/
  out : String
  request : String
  /-- What "base" left. -/
  env : Lean.Environment

@[inline] def Run.answer (run : Run) (text : String) : IO Reply :=
  IO.pure (Reply.mk run.env .false text)
@[inline] def Run.fail (run : Run) (text : String) : IO Reply :=
  IO.pure (Reply.mk run.env .true text)
@[inline] def Run.row (run : Run) (text : String) : IO Unit :=
  LeanWorker.Stream.row run.out "rows" text
@[inline] def IO.then {α β : Type} (x : IO α) (y : IO β) : IO β := IO.bind x fun _ => y

/-! ### Rows, progress, cancels -/

unsafe def sendRows (run : Run) (left : Nat) : IO Unit :=
  match Nat.decEq left 0 with
  | .true => IO.pure PUnit.unit
  | .false => IO.then (run.row "a row of some length") (sendRows run (Nat.sub left 1))

/-- As many rows as the request says. -/
unsafe def rows (run : Run) : IO Reply :=
  IO.then (sendRows run (String.toNat! run.request)) (run.answer "all rows are sent")

unsafe def endless (run : Run) : IO Reply := IO.then (run.row "one of many") (endless run)

unsafe def watchFlag (run : Run) : IO Reply :=
  IO.bind (IO.lift LeanWorker.isCancelled) fun cancelled =>
  match cancelled with
  | .true => run.fail "cancelled"
  | .false => watchFlag run

/-- Progress is sent at once, and tells the test that it may cancel now. -/
unsafe def waitForCancel (run : Run) : IO Reply :=
  IO.then (LeanWorker.Stream.progress run.out "begun" 0 0) (watchFlag run)

def tell (run : Run) : IO Unit :=
  IO.then (LeanWorker.Stream.notice run.out "code" run.request)
    (LeanWorker.Stream.progress run.out "phase" 1 2)

/-! ### Accidents -/

/-- Without a look at anything. -/
unsafe def spin (n : Nat) : Nat :=
  match Nat.decEq n 1 with
  | .true => n
  | .false => spin (Nat.add n 2)

unsafe def deep (n : Nat) : Nat := Nat.add (deep (Nat.add n 1)) 1

unsafe def grow (l : List Nat) : List Nat := grow (List.cons 1 l)

/-- So that the compiler keeps what is computed. -/
def Run.numbered (run : Run) (n : Nat) : IO Reply :=
  match Nat.decEq n 0 with
  | .true => run.answer "zero"
  | .false => run.answer "not zero"

def firstOf (l : List Nat) : Nat :=
  match l with
  | .nil => 0
  | .cons n _ => n

def panics (run : Run) : IO Reply := run.numbered (panicCore 7 run.request)

/-- An error of Lean's own, made and caught in compiled code and here. -/
def throws (run : Run) : IO Reply := IO.bind (IO.FS.readFile run.request) run.answer

/-- To both streams, by Lean's own functions. -/
def prints (run : Run) : IO Reply :=
  IO.bind (IO.lift IO.getStdout) fun stdout =>
  IO.bind (stdout.putStr run.request) fun _ =>
  IO.bind stdout.flush fun _ =>
  IO.bind (IO.lift IO.getStderr) fun stderr =>
  IO.bind (stderr.putStr run.request) fun _ =>
  run.answer "printed"

def reads (run : Run) : IO Reply :=
  IO.bind (IO.lift IO.getStdin) fun stdin => IO.bind stdin.getLine run.answer

def commits (run : Run) : IO Reply :=
  IO.then (IO.lift (LeanWorker.Fault.commit run.request)) (run.answer "survived")

/-! ### Elaboration -/

def elaborate (env : Lean.Environment) (source : String) :
    IO (Prod Lean.Environment Lean.MessageLog) :=
  Lean.Elab.process source env Lean.Options.empty (Option.some "<request>")

unsafe def sendMessages (run : Run) (messages : List Lean.Message) : IO Unit :=
  match messages with
  | .nil => IO.pure PUnit.unit
  | .cons first rest =>
    IO.bind (IO.lift (Lean.Message.toString first .false)) fun text =>
    IO.then (run.row text) (sendMessages run rest)

def verdict (log : Lean.MessageLog) : String :=
  match log.hasErrors with
  | .true => "errors"
  | .false => "fine"

/-- The request in what "base" left: a row for each message, then the verdict. -/
unsafe def elaborates (run : Run) : IO Reply :=
  IO.bind (elaborate run.env run.request) fun result =>
  IO.then (sendMessages run result.snd.toList) (run.answer (verdict result.snd))

/-- The same, and later requests build on it. -/
unsafe def base (run : Run) : IO Reply :=
  IO.bind (Lean.mkEmptyEnvironment (UInt32.ofNat 0)) fun empty =>
  IO.bind (elaborate empty run.request) fun result =>
  IO.bind (sendMessages run result.snd.toList) fun _ =>
  IO.pure (Reply.mk result.fst .false (verdict result.snd))

/-! ### The kernel -/

def theoremOf (env : Lean.Environment) (name : String) : Option Lean.TheoremVal :=
  match env.find? (String.toName name) .false with
  | .some (.thmInfo val) => .some val
  | _ => .none

/-- What the kernel says of a theorem, on top of an environment. -/
def judge (run : Run) (env : Lean.Environment) (val : Lean.TheoremVal) : IO Unit :=
  match env.addDeclCore (USize.ofNat 0) (USize.ofNat 1000) (.thmDecl val) .none .true with
  | .ok _ => run.row "accepted"
  | .error e =>
    IO.bind (IO.lift (e.toMessageData Lean.Options.empty).toString) run.row

def swapped (one two : Lean.TheoremVal) : Lean.TheoremVal :=
  Lean.TheoremVal.mk one.toConstantVal two.value one.all

/--
The request states the theorems `one` and `two`. Rows: what the kernel says of
`one` in the environment that "base" left; of the proof of `two` as one of `one`;
of `one` where nothing is declared; and of `one` where it is declared already.
-/
def kernel (run : Run) : IO Reply :=
  IO.bind (elaborate run.env run.request) fun result =>
  match theoremOf result.fst "one", theoremOf result.fst "two" with
  | .some one, .some two =>
    IO.bind (judge run run.env one) fun _ =>
    IO.bind (judge run run.env (swapped one two)) fun _ =>
    IO.bind (Lean.mkEmptyEnvironment (UInt32.ofNat 0)) fun empty =>
    IO.bind (judge run empty one) fun _ =>
    IO.bind (judge run result.fst one) fun _ =>
    run.answer (verdict result.snd)
  | _, _ => run.fail "the request states no theorems one and two"

/-! ### By their names -/

@[inline] unsafe def on (key name : String) (yes no : IO Reply) : IO Reply :=
  match String.decEq key name with
  | .true => yes
  | .false => no

unsafe def Run.serve (run : Run) (name : String) : IO Reply :=
  let found := run.fail (String.append "there is no export " name)
  let found := on "echo" name (run.answer run.request) found
  let found := on "rows" name (rows run) found
  let found := on "tell" name (IO.then (tell run) (run.answer "told")) found
  let found := on "endless" name (endless run) found
  let found := on "wait" name (waitForCancel run) found
  let found := on "spin" name (IO.bind (run.row "begun") fun _ => run.numbered (spin 2)) found
  let found := on "deep" name (IO.bind (run.row "begun") fun _ => run.numbered (deep 0)) found
  let found := on "grow" name (IO.bind (run.row "begun") fun _ => run.numbered (firstOf (grow .nil))) found
  let found := on "panics" name (panics run) found
  let found := on "throws" name (throws run) found
  let found := on "prints" name (prints run) found
  let found := on "reads" name (reads run) found
  let found := on "exits" name (IO.Process.exit (UInt8.ofNat (String.toNat! run.request))) found
  let found := on "fault" name (commits run) found
  let found := on "user" name (IO.bind (User.answer run.request) run.answer) found
  let found := on "base" name (base run) found
  let found := on "elaborate" name (elaborates run) found
  let found := on "kernel" name (kernel run) found
  found

end Native

