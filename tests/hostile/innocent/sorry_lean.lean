import Lean
theorem later (p q : Prop) (hp : p) : p ∧ q := ⟨hp, sorry⟩
example : Lean.Name := `a.b
