import Lean
open Lean Elab Tactic

/-- Closes a goal by one of three decision procedures. -/
elab "finish" : tactic => do
  evalTactic (← `(tactic| first | rfl | omega | decide))

theorem by_finish (a b : Nat) : a + b = b + a := by finish
theorem by_finish_closed : 12 * 12 = 144 := by finish
theorem not_by_finish (a b : Nat) : a * b = b := by finish
