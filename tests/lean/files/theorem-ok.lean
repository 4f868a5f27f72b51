-- A few things that hold.
theorem add (a b : Nat) : a + b = b + a := Nat.add_comm a b

theorem by_omega (a b : Nat) (h : a < b) : a + 1 ≤ b := by omega

example : 2 ^ 10 = 1024 := by decide

theorem by_simp (xs : List Nat) : (xs ++ []).length = xs.length := by simp
