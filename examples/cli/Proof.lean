import Std.Data.HashMap

/-- Rests on nothing but what Lean's own library does. -/
theorem comm (a b : Nat) : a + b = b + a := by
  omega

/-- Whoever uses it should be seen to. -/
axiom promise (n : Nat) : n < 10

theorem small : 11 < 10 :=
  promise 11
