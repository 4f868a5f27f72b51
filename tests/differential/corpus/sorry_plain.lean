theorem by_tactic (a b : Nat) : a * b = a + b := by sorry
theorem by_term (a b : Nat) : a * b = a + b := sorry
def aNumber : Nat := sorry
theorem partly (p q : Prop) (hp : p) : p ∧ q := ⟨hp, sorry⟩
instance : Add String := sorry
example : 1 = 2 := by
  have h : 2 = 3 := sorry
  omega
