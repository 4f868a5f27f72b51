theorem cancel (a b c : Nat) (h : a + c = b + c) : a = b := by omega

theorem parity (n : Nat) : n % 2 = 0 ∨ n % 2 = 1 := by omega

theorem bounds (x y : Int) (h₁ : 2 * x + 3 * y ≤ 6) (h₂ : x ≥ 0) (h₃ : y ≥ 2) : x = 0 := by
  omega

theorem halves (a b : Nat) (h : a / 2 < b / 2) : a < b := by omega

theorem not_a_fact (a b : Nat) (h : a ≤ b) : a < b := by
  omega

theorem nonlinear (a b : Nat) : a * b = b * a := by
  omega
