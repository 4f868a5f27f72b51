-- A linter outlives the file where nobody takes it out again.
import Lean
open Lean Elab Command
def nag : Linter where
  run _ := logError "nagging"
  name := `nag
run_cmd lintersRef.modify (·.push nag)
