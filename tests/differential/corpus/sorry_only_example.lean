example (p : Prop) : p := by
  intros
  sorry
