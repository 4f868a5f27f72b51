/- Linear arithmetic: `omega` knows `+`, `-`, `<`, `/` and `%` by numbers. -/

theorem half_of_even (n : Nat) (h : n % 2 = 0) : n / 2 + n / 2 = n := by
  omega

theorem between (a b c : Int) (h₁ : a < b) (h₂ : b < c) : a + 2 ≤ c := by
  omega

theorem coins (x y : Nat) (h : 3 * x + 5 * y = 8) : x = 1 ∧ y = 1 := by
  omega
