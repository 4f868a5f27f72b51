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

unsafe def run (secret : String) (env : Lean.Environment) : BaseIO Lean.Environment :=
  BaseIO.bind (LeanWorker.Plugin.str secret "name") fun name =>
  BaseIO.bind (LeanWorker.Plugin.str secret "request") fun request =>
  BaseIO.bind (LeanWorker.Plugin.beginRun secret) fun out =>
  BaseIO.bind (IO.recover ((Run.mk out request env).serve name) fun e =>
    BaseIO.pure (Reply.mk env .true (IO.Error.instToString.toString e))) fun reply =>
  BaseIO.bind (LeanWorker.Plugin.endRun secret) fun counts =>
  BaseIO.bind (answer secret counts reply) fun _ =>
  BaseIO.pure reply.env

unsafe def serve (secret : String) (env : Lean.Environment) : BaseIO Unit :=
  BaseIO.bind (LeanWorker.Plugin.next secret) fun message =>
  match String.decEq message "" with
  | .true => BaseIO.pure PUnit.unit
  | .false => match String.decEq message "RUN" with
    | .true => BaseIO.bind (run secret env) fun env => serve secret env
    | .false =>
      BaseIO.bind (LeanWorker.Plugin.send secret "FAILED" (Array.push none 4)
        (text "the freestanding shim runs exports and nothing else")) fun _ =>
      serve secret env

/-- Lean's own words about itself, from its compiled constants. -/
def ready (secret : String) : BaseIO Unit :=
  BaseIO.bind (LeanWorker.Plugin.heapKib secret) fun heap =>
  LeanWorker.Plugin.send secret "READY" (Array.push none heap)
    (Array.push (Array.push (Array.push (text Lean.versionStringCore) Lean.githash)
      "x86_64-linux") "cancel")

unsafe def loop (secret : String) (env : Lean.Environment) : BaseIO Unit :=
  BaseIO.bind (ready secret) fun _ => serve secret env

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

end Native

unsafe def main (args : List String) : IO Unit :=
  IO.bind Native.basis fun env =>
  IO.bind (IO.lift LeanWorker.Plugin.takeSecret) fun secret =>
  IO.bind (IO.lift (BaseIO.asTask (Native.watch secret) 9)) fun _ =>
  IO.bind (IO.lift (BaseIO.asTask (Native.loop secret env) 0)) fun _ =>
  IO.bind (IO.lift (LeanWorker.Plugin.attend secret)) fun _ =>
  -- Or the end would wait for the thread that waits for cancels.
  IO.Process.exit (UInt8.ofNat 0)
