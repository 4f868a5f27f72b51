theorem wrong (a b : Nat) (h : a ≤ b) : a < b := by omega
theorem right : 1 + 1 = 2 := rfl
theorem wrong_too : 1 + 1 = 3 := rfl
