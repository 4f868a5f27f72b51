/-- No header at all. -/
theorem two_and_two : 2 + 2 = 4 := rfl

theorem swap_and {p q : Prop} (h : p ∧ q) : q ∧ p := ⟨h.2, h.1⟩

#check @swap_and
