set_option maxHeartbeats 0
set_option maxRecDepth 4000
theorem long (a b c d e f : Nat) (h₁ : a < b) (h₂ : b < c) (h₃ : c < d) (h₄ : d < e) (h₅ : e < f) : a + 5 ≤ f := by omega
theorem wrong : ∀ x y : Fin 12, x.val + y.val < 22 := by decide
