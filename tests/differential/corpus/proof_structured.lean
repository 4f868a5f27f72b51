theorem have_show (p q r : Prop) (hp : p) (hpq : p → q) (hqr : q → r) : r := by
  have hq : q := hpq hp
  show r
  exact hqr hq

theorem suffices_first (a b : Nat) (h : a = b) : b = a := by
  suffices a = b from this.symm
  exact h

theorem by_cases_em (p : Prop) : p ∨ ¬p := by
  by_cases h : p
  · exact Or.inl h
  · exact Or.inr h

theorem bullets (p q : Prop) (hp : p) (hq : q) : p ∧ q ∧ p := by
  refine ⟨?_, ?_, ?_⟩
  · exact hp
  · exact hq
  · exact hq

theorem all_goals' (p q : Prop) (hp : p) (hq : q) : p ∧ q := by
  constructor <;> first | assumption | skip

theorem too_many (p : Prop) (hp : p) : p := by
  exact hp
  exact hp
