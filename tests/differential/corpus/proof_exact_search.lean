theorem find_me (a b c : Nat) (h : a ∣ b) : a ∣ b * c := by
  exact?

theorem find_nothing (a b c : Nat) : a * b = c := by
  exact?

theorem ask_simp (a : Nat) : a + 0 = a := by
  simp?
