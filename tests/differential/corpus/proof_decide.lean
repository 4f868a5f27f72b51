theorem small : ∀ n : Fin 8, n.val * n.val < 64 := by decide

theorem booleans : ∀ a b c : Bool, (a && (b || c)) = ((a && b) || (a && c)) := by decide

example : 10 ∣ 120 := by decide

example : ¬ (7 ∣ 120) := by decide

example : ∀ n : Fin 5, n.val < 4 := by decide

example (n : Nat) : n = n + 0 := by decide
