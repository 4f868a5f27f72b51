-- The declaration rests on sorry through another name.
import Lean
open Lean Elab Command
elab "quietly " c:command : command => do
  elabCommand c
  modify fun s => { s with messages := {} }
quietly axiom hidden {p : Prop} : p
theorem one_is_two : 1 = 2 := hidden
