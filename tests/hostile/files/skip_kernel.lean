-- Plain Lean takes this too: the environment has a way around the kernel.
import Lean
open Lean Elab Command
elab "#smuggle" : command => do
  let d : Declaration := .thmDecl {
    name := `one_is_two, levelParams := []
    type := mkConst ``False, value := mkConst ``True.intro }
  match (← getEnv).addDeclCore 0 d none (doCheck := false) with
  | .ok env => setEnv env
  | .error _ => pure ()
#smuggle
theorem taken : False := one_is_two
