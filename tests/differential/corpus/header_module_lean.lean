module
public import Lean.Elab.Command
public meta import Lean.Elab.Command
open Lean Elab Command

elab "#count_to " n:num : command => do
  logInfo m!"up to {n.getNat}"

#count_to 3
