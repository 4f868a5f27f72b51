theorem unproved : 1 = 2 := sorry
theorem wrong : 1 = 2 := rfl
theorem unproved_too (n : Nat) : n = 0 := by
  cases n
  · rfl
  · sorry
