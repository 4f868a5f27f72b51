import Lean
open Lean Elab Command
partial def flood (n : Nat) : CommandElabM Unit := do
  if n > 0 then
    logError m!"error {n}"
    flood (n - 1)
elab "#flood" : command => flood 10000
#flood
