open Classical in
theorem dne (p : Prop) (h : ¬¬p) : p := byContradiction h

theorem exists_not (p : Nat → Prop) (h : ¬∀ n, p n) : ∃ n, ¬p n := by
  apply Classical.byContradiction
  intro hn
  apply h
  intro n
  apply Classical.byContradiction
  intro hp
  exact hn ⟨n, hp⟩

#print axioms exists_not
theorem peirce (p q : Prop) : ((p → q) → p) → p := by
  intro h
  by_cases hp : p
  · exact hp
  · exact h fun h' => absurd h' hp
theorem no_peirce (p q : Prop) : ((p → q) → q) → p := by
  intro h
  by_cases hp : p
  · exact hp
  · exact h fun h' => absurd h' hp
