-- Bodies that plain Lean may elaborate in other threads, with errors in order.
theorem slow₁ (a b c d : Nat) (h : a + b + c = d) (h₂ : d < a) : False := by omega
theorem wrong₁ (a b c d : Nat) (h : a + b + c = d) : d < a := by omega
theorem slow₂ : ∀ x : Fin 6, ∀ y : Fin 6, x.val + y.val = y.val + x.val := by decide
theorem wrong₂ : ∀ x : Fin 6, ∀ y : Fin 6, x.val + y.val = y.val := by decide
#check wrong₁
theorem wrong₃ (xs : List Nat) : xs = [] := by simp
example : 1 = 2 := by sorry
theorem wrong₄ : 5 < 4 := by grind
#eval "the end"
