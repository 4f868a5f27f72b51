/- A wrong claim. Lean says where, and what it was asked to believe. -/

theorem wrong : 1 + 1 = 3 := by
  decide

theorem also_wrong (n : Nat) (h : n > 3) : n > 4 := by
  omega
