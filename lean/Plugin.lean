/-
Plugin: the door to the parent. The functions are in `src/child/plugin`; the
shim calls them by the names after `extern` where it is compiled into the
plugin, and the interpreter finds them by their Lean names. Messages and their
fields are named as in `src/proto/messages.h`.
-/
namespace LeanWorker.Plugin

@[extern "lw_take_secret"] public opaque takeSecret : BaseIO String
@[extern "lw_preload"] public opaque preload (secret : String) : BaseIO String
@[extern "lw_begin"] public opaque begin (secret : String) : BaseIO String
@[extern "lw_attend"] public opaque attend (secret : String) : BaseIO Unit
@[extern "lw_next"] public opaque next (secret : String) : BaseIO String
@[extern "lw_num"] public opaque num (secret field : String) : BaseIO Nat
@[extern "lw_str"] public opaque str (secret field : String) : BaseIO String
@[extern "lw_is_text"] public opaque isText (secret field : String) : BaseIO Nat
@[extern "lw_strs"] public opaque strs (secret field : String) : BaseIO (Array String)
@[extern "lw_send"] public opaque send (secret message : String)
  (numbers : Array Nat) (texts : Array String) : BaseIO Unit
@[extern "lw_request_number"] public opaque requestNumber (secret : String) : BaseIO Nat
@[extern "lw_cancelled"] public opaque cancelled (secret : String) : BaseIO Nat
@[extern "lw_wait_cancel"] public opaque waitCancel (secret : String) : BaseIO Nat
@[extern "lw_frame_limit"] public opaque frameLimit (secret : String) : BaseIO Nat
@[extern "lw_fail"] public opaque fail (secret detail : String) : BaseIO Unit
@[extern "lw_heap_kib"] public opaque heapKib (secret : String) : BaseIO Nat
@[extern "lw_begin_run"] public opaque beginRun (secret : String) : BaseIO String
@[extern "lw_end_run"] public opaque endRun (secret : String) : BaseIO (Array Nat)

/--
Lean's own, whose wrapper the embedded toolchain cannot compile. Nothing checks
that the constant has the type `α`.
-/
@[extern "lean_eval_const"] public opaque evalConst (α : Type) (env : @& Environment)
  (options : @& Options) (name : @& Name) : Except String α

end LeanWorker.Plugin

namespace LeanWorker

/-- Why a request failed: `lwi_failure_code`. -/
inductive Failure where
  | internal | import | noSession | unsupported | badOption | cancelled | noExport | export

def Failure.code : Failure → Nat
  | .internal => 1
  | .import => 2
  | .noSession => 3
  | .unsupported => 4
  | .badOption => 5
  | .cancelled => 6
  | .noExport => 7
  | .export => 8

/-- `lwi_severity`. -/
def severityCode : MessageSeverity → Nat
  | .information => 0
  | .warning => 1
  | .error => 2

def flag (b : Bool) : Nat := if b then 1 else 0

/-- How a request ended: its answer, or why it has none. -/
structure Answer where
  message : String
  numbers : Array Nat
  texts : Array String

def failed (failure : Failure) (detail : String) : Answer :=
  { message := "FAILED", numbers := #[failure.code], texts := #[detail] }

/-- Whom a cancel interrupts. -/
structure Cancellable where
  request : Nat
  tokens : List IO.CancelToken

/--
The state of the process. The secret opens the plugin, and nobody else may see
it: a checked file runs in this process too.
-/
structure Server where
  secret : String
  running : IO.Ref Cancellable

/--
The one task that waits for cancels, as long as the process lives. On the
embedded toolchain each thread costs some 50 MB, and threads are not given
back.
-/
partial def Server.watchCancels (server : Server) : BaseIO Unit := do
  let request ← Plugin.waitCancel server.secret
  if request == 0 then return
  let running ← server.running.get
  if running.request == request then
    for token in running.tokens do token.set
  server.watchCancels

/--
From now on a cancel of the request in progress sets this token too. It may have
come before the token was in its place, hence the second look.
-/
def Server.watch (server : Server) (token : IO.CancelToken) : BaseIO Unit := do
  server.running.modify fun r => { r with tokens := token :: r.tokens }
  if (← Plugin.cancelled server.secret) != 0 then token.set

/-- A token that a cancel of the request in progress sets. -/
def Server.beginCancellable (server : Server) : BaseIO IO.CancelToken := do
  server.running.set { request := ← Plugin.requestNumber server.secret, tokens := [] }
  let token ← Compat.newToken
  server.watch token
  return token

/-- There is nothing to cancel any more. -/
def Server.endCancellable (server : Server) : BaseIO Unit :=
  server.running.set { request := 0, tokens := [] }

/-- Microseconds that an action took, with its result. -/
def timed (action : BaseIO α) : BaseIO (Nat × α) := do
  let start ← IO.monoNanosNow
  let result ← action
  let stop ← IO.monoNanosNow
  return ((stop - start) / 1000, result)

end LeanWorker
