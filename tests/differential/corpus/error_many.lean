import Lean.Elab.Command
open Lean Elab Command

elab "#repeat_error " n:num : command => do
  let rec go : Nat → CommandElabM Unit
    | 0 => pure ()
    | k + 1 => do
      logError m!"error number {n.getNat - k}"
      go k
  go n.getNat

#repeat_error 300
