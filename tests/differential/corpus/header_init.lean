import Init

theorem init_is_enough (a b : Nat) (h : a < b) : a + 1 ≤ b := by omega

#eval (List.range 5).length
