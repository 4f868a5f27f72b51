-- Leaves an environment without anything in it behind.
import Lean
open Lean Elab Command
theorem lost : 1 = 2 := sorry
run_cmd setEnv (← mkEmptyEnvironment)
