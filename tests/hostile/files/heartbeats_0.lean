set_option maxHeartbeats 0
set_option maxRecDepth 10000
theorem long (a b c d e f : Nat) (h₁ : a < b) (h₂ : b < c) (h₃ : c < d) (h₄ : d < e) (h₅ : e < f) : a + 5 ≤ f := by omega
theorem wrong : (List.range 500).foldl (· + ·) 0 = 1 := by decide
