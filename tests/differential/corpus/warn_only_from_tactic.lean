example (p : Prop) (hp : p) : p := by
  try simp
  exact hp
example (a b : Nat) (h : a = b) : b = a := by
  have := h
  simp_all
example (p q : Prop) (hp : p) : p ∨ q := by
  first | (left; assumption) | (right; assumption)
example : True := by
  show_term trivial
example (a : Nat) : a + 0 = a := by
  simp?
example (a b : Nat) : a + b = b + a := by
  trace "here we are"
  trace_state
  exact Nat.add_comm a b
