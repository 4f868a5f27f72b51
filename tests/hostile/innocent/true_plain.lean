theorem swap (a b : Nat) (h : a < b) : ¬ b ≤ a := by omega
theorem halves : ∀ n : Fin 6, n.val + n.val = 2 * n.val := by decide
theorem append (xs ys : List α) : (xs ++ ys).length = ys.length + xs.length := by
  simp [Nat.add_comm]
#eval 1 + 1
#check (1 + 1 : Nat)
