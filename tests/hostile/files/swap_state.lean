-- No scopes at all: the loop must not trust the state that it gets back.
import Lean
open Lean Elab Command
run_cmd modify fun s => { s with scopes := [] }
theorem after : 1 = 1 := rfl
