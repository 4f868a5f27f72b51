import Lean.Elab.Command
open Lean Elab Command Term

elab "throws_plain" : term => throwError "plain"
elab "throws_nested" : term => do
  try throwError "first" catch e => throwError m!"second, after {e.toMessageData}"
elab "logs_three" : term => do
  logInfo "one"; logWarning "two"; logError "three"
  return toExpr 3
elab "#postpones" : command => throwPostpone
elab "#aborts" : command => throwAbortCommand
elab "#unsupported" : command => throwUnsupportedSyntax
elab "#user_io" : command => do
  throw (← (IO.userError "from IO" : IO.Error) |> fun e => pure (.error .missing m!"{e}"))

def a : Nat := throws_plain
def b : Nat := throws_nested
def c : Nat := logs_three
#postpones
#aborts
#unsupported
#user_io
#check a
