/-! Serve: the loop of a child, as lean/Serve.lean has it. -/
namespace Native

def none : Array Nat := Array.mkEmpty 0
def text (a : String) : Array String := Array.push (Array.mkEmpty 0) a

/-- The numbers of `lwi_failure_code`. -/
def noExport : Nat := 7
def exportFailed : Nat := 8

def answer (secret : String) (counts : Array Nat) (reply : Reply) : BaseIO Unit :=
  match reply.failed with
  | .false => LeanWorker.Plugin.send secret "RAN" counts (text reply.text)
  | .true =>
    LeanWorker.Plugin.send secret "FAILED" (Array.push none exportFailed) (text reply.text)

/--
What requests are served in: what "base" or the session left, and the session
that is open, if any. There is never more than one.
-/
structure State where
  env : Lean.Environment
  key : String
  /-- 1 where it was opened before the first request. -/
  preloaded : Nat

unsafe def run (secret : String) (state : State) : BaseIO State :=
  BaseIO.bind (LeanWorker.Plugin.str secret "name") fun name =>
  BaseIO.bind (LeanWorker.Plugin.str secret "request") fun request =>
  BaseIO.bind (LeanWorker.Plugin.beginRun secret) fun out =>
  BaseIO.bind (IO.recover ((Run.mk out request state.env).serve name) fun e =>
    BaseIO.pure (Reply.mk state.env .true (IO.Error.instToString.toString e))) fun reply =>
  BaseIO.bind (LeanWorker.Plugin.endRun secret) fun counts =>
  BaseIO.bind (answer secret counts reply) fun _ =>
  BaseIO.pure (State.mk reply.env state.key state.preloaded)

/-! ### Sessions: imports of modules that are `prelude`, too -/

/-- The numbers of `lwi_failure_code`. -/
def importFailed : Nat := 2

unsafe def importsOf (texts : List String) (imports : Array Lean.Import) : Array Lean.Import :=
  match texts with
  | .nil => imports
  | .cons text rest =>
    importsOf rest (Array.push imports (Lean.Import.mk (String.toName text) .false .true .false))

unsafe def importAll (searchPath texts : Array String) : IO Lean.Environment :=
  IO.then Lean.enableInitializersExecution
    (IO.then (Lean.initSearchPath "/nowhere" (Array.toList searchPath))
      (Lean.importModules (importsOf (Array.toList texts) (Array.mkEmpty 0)) Lean.Options.empty
        (UInt32.ofNat 0) (Array.mkEmpty 0) .true .true .everything .leaf))

def push (numbers : Array Nat) (n : Nat) : Array Nat := Array.push numbers n

def opened (secret : String) (reused : Nat) (state : State) : BaseIO State :=
  BaseIO.bind (LeanWorker.Plugin.send secret "SESSION_OPENED"
    (push (push (push (push (push (push (push (push (push none 1) reused) 1) 0) 0) 0) 0) 0)
      state.preloaded) (Array.mkEmpty 0)) fun _ =>
  BaseIO.pure state

/-- A session that is open stays so where another cannot be opened. -/
unsafe def openSession (secret : String) (preloading : Nat) (state : State) : BaseIO State :=
  BaseIO.bind (LeanWorker.Plugin.str secret "key") fun key =>
  match String.decEq key state.key with
  | .true => opened secret 1 state
  | .false =>
    BaseIO.bind (LeanWorker.Plugin.strs secret "search_path") fun searchPath =>
    BaseIO.bind (LeanWorker.Plugin.strs secret "imports") fun imports =>
    IO.recover
      (IO.bind (importAll searchPath imports) fun env =>
        IO.lift (opened secret 0 (State.mk env key preloading)))
      fun e =>
        BaseIO.bind (LeanWorker.Plugin.send secret "FAILED" (Array.push none importFailed)
          (text (IO.Error.instToString.toString e))) fun _ =>
        BaseIO.pure state

unsafe def preload (secret : String) (state : State) : BaseIO State :=
  BaseIO.bind (LeanWorker.Plugin.preload secret) fun message =>
  match String.decEq message "" with
  | .true => BaseIO.pure state
  | .false => BaseIO.bind (openSession secret 1 state) fun state => preload secret state

unsafe def serve (secret : String) (state : State) : BaseIO Unit :=
  BaseIO.bind (LeanWorker.Plugin.next secret) fun message =>
  match String.decEq message "" with
  | .true => BaseIO.pure PUnit.unit
  | .false => match String.decEq message "RUN" with
    | .true => BaseIO.bind (run secret state) fun state => serve secret state
    | .false => match String.decEq message "OPEN_SESSION" with
      | .true => BaseIO.bind (openSession secret 0 state) fun state => serve secret state
      | .false =>
        BaseIO.bind (LeanWorker.Plugin.send secret "FAILED" (Array.push none 4)
          (text "the freestanding shim runs exports and opens sessions")) fun _ =>
        serve secret state

/-- Lean's own words about itself, from its compiled constants. -/
def ready (secret : String) : BaseIO Unit :=
  BaseIO.bind (LeanWorker.Plugin.heapKib secret) fun heap =>
  LeanWorker.Plugin.send secret "READY" (Array.push none heap)
    (Array.push (Array.push (Array.push (text Lean.versionStringCore) Lean.githash)
      "x86_64-linux") "cancel")

unsafe def loop (secret : String) (state : State) : BaseIO Unit :=
  BaseIO.bind (ready secret) fun _ => serve secret state

/-- What requests build on, made before the first of them: for a fork server, once. -/
unsafe def basis : IO Lean.Environment :=
  IO.bind (Lean.mkEmptyEnvironment (UInt32.ofNat 0)) fun empty =>
  IO.bind (IO.lift (IO.getEnv "LW_TEST_BASIS")) fun path =>
  match path with
  | .none => IO.pure empty
  | .some path =>
    IO.bind (IO.FS.readFile path) fun text =>
    IO.bind (elaborate empty text) fun result => IO.pure result.fst

/-- A cancel reaches the flag by the thread that waits for it. -/
unsafe def watch (secret : String) : BaseIO Unit :=
  BaseIO.bind (LeanWorker.Plugin.waitCancel secret) fun request =>
  match Nat.decEq request 0 with
  | .true => BaseIO.pure PUnit.unit
  | .false => watch secret

/-- Until the parent is gone; it does not return but by an error of the basis. -/
unsafe def attend : IO Unit :=
  IO.bind basis fun env =>
  IO.bind (IO.lift LeanWorker.Plugin.takeSecret) fun first =>
  IO.bind (IO.lift (preload first (State.mk env "" 0))) fun state =>
  IO.bind (IO.lift (LeanWorker.Plugin.begin first)) fun secret =>
  IO.bind (IO.lift (BaseIO.asTask (watch secret) 9)) fun _ =>
  IO.bind (IO.lift (BaseIO.asTask (loop secret state) 0)) fun _ =>
  IO.bind (IO.lift (LeanWorker.Plugin.attend secret)) fun _ =>
  -- Or the end would wait for the thread that waits for cancels.
  IO.Process.exit (UInt8.ofNat 0)

/-- What the plugin calls where this file is compiled. -/
@[export lw_serve] unsafe def compiled : BaseIO Unit :=
  IO.recover attend fun e =>
  BaseIO.bind LeanWorker.Plugin.takeSecret fun secret =>
  LeanWorker.Plugin.fail secret (IO.Error.instToString.toString e)

end Native

unsafe def main (args : List String) : IO Unit := Native.attend
