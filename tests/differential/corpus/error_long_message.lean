import Lean.Elab.Command
open Lean Elab Command

def bigText : Nat → String → String
  | 0, s => s
  | n + 1, s => bigText n (s ++ s)

elab "#big" : command => do
  logInfo m!"{bigText 14 "line\n"}"
  logError m!"{bigText 12 "[wide] "}"

#big
