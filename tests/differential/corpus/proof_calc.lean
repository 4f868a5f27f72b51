theorem calc_chain (a b c d : Nat) (h₁ : a = b) (h₂ : b ≤ c) (h₃ : c < d) : a < d := by
  calc a = b := h₁
    _ ≤ c := h₂
    _ < d := h₃

theorem calc_term (a b : Nat) : (a + b) * (a + b) = a * a + a * b + (b * a + b * b) :=
  calc (a + b) * (a + b)
    _ = (a + b) * a + (a + b) * b := Nat.mul_add ..
    _ = a * a + b * a + (a * b + b * b) := by simp [Nat.add_mul]
    _ = a * a + a * b + (b * a + b * b) := by omega

theorem calc_mismatch (a b c : Nat) (h₁ : a = b) (h₂ : b = c) : c = a := by
  calc a = b := h₁
    _ = c := h₂

theorem calc_wrong_step (a b c : Nat) (h₁ : a = b) (h₂ : b = c) : a = c := by
  calc a = b := h₂
    _ = c := h₂
