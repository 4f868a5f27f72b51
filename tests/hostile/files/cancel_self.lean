-- Sets the token that only the parent's wish should set.
import Lean
open Lean Elab Command
elab "#cancel" : command => do
  if let some token := (← read).cancelTk? then token.set
theorem before : 1 = 1 := rfl
#cancel
example : 1 = 2 := rfl
