import Lean.Elab.Tactic
open Lean Meta Elab Tactic

elab "close_by_hyp" : tactic => withMainContext do
  let goal ← getMainGoal
  goal.assumption

elab "shout " s:str : tactic => do
  logWarning m!"{s.getString}!"

elab "give_up" : tactic => do
  throwError "giving up on{indentExpr (← getMainTarget)}"

elab "admit_quietly" : tactic => do
  admitGoal (← getMainGoal)

theorem uses_it (p : Prop) (h : p) : p := by close_by_hyp
theorem shouts (p : Prop) (h : p) : p := by
  shout "here"
  exact h
theorem gives_up (a b : Nat) : a + b = 3 := by
  give_up
theorem quietly : 1 = 2 := by admit_quietly
