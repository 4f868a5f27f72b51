import Lean
theorem wrong (a b : Nat) (h : a ≤ b) : a < b := by omega
theorem wrong_too : 2 + 2 = 5 := rfl
run_cmd Lean.logInfo "said"
