set_option maxRecDepth 60 in
example : (List.range 100).foldl (· + ·) 0 = 4950 := by decide

example : (List.range 300).foldl (· + ·) 0 = 44850 := by decide

set_option maxRecDepth 40 in
example (p : Prop) (h : p) : p ∧ p ∧ p ∧ p ∧ p ∧ p ∧ p ∧ p ∧ p ∧ p ∧ p ∧ p := by
  repeat (first | exact h | constructor)

example : ((((((((((((((1))))))))))))) : Nat) = 1) := rfl
