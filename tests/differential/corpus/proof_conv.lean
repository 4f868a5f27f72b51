theorem conv_side (a b c : Nat) (h : b = c) : a + b = a + c := by
  conv => lhs; rw [h]

theorem conv_arg (a b : Nat) (f : Nat → Nat) : f (a + b) = f (b + a) := by
  conv =>
    lhs
    arg 1
    rw [Nat.add_comm]

theorem conv_fails (a b : Nat) : a + b = b + a := by
  conv =>
    rhs
    rw [Nat.mul_comm]
