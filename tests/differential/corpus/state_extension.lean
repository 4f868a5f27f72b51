import Lean.Elab.Command
open Lean Elab Command

elab "#define_hidden " n:ident : command => do
  let name := n.getId
  elabCommand (← `(def $(mkIdent name) : Nat := 5))

#define_hidden five
#check five
theorem five_is : five = 5 := rfl
run_cmd logInfo "from run_cmd"
run_cmd throwError "thrown by run_cmd"
run_elab logWarning "from run_elab"
run_meta do
  let e ← Meta.mkFreshExprMVar (mkConst ``Nat)
  logInfo m!"{← Meta.inferType e}"
