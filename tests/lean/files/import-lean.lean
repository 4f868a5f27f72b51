import Lean
open Lean Elab Meta

elab "close_it" : tactic => throwError "not today"
macro "twice! " t:tactic : tactic => `(tactic| ($t; $t))

example : 1 = 1 ∧ 2 = 2 := by
  constructor
  · rfl
  · twice! rfl

example : True := by twice! skip; trivial
example : True := by first | close_it | trivial
#check MetaM
run_cmd logInfo "from a command"
run_meta throwError "no"
