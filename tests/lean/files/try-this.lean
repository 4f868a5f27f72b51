example (a b : Nat) : a + b = b + a := by simp? [Nat.add_comm]
example (p : Prop) (h : p) : p := by exact?
example : 1 = 1 := by show_term rfl
