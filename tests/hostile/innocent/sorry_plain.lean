theorem later (a b : Nat) : a * b = b * a := sorry
theorem now (a b : Nat) : a + b = b + a := by omega
