theorem take_apart {p q r : Prop} (h : (p ∧ q) ∨ r) (hr : ¬ r) : p := by
  obtain ⟨hp, _⟩ | h := h
  · exact hp
  · exact absurd h hr

theorem with_rcases {p : Nat → Prop} (h : ∃ n, p n ∧ n > 0) : ∃ n, p (n + 1) := by
  rcases h with ⟨n, hp, hn⟩
  cases n with
  | zero => contradiction
  | succ n => exact ⟨n, hp⟩

theorem with_intro : ∀ n : Nat, n = 0 ∨ n ≠ 0 := by
  rintro (_ | n)
  · left; rfl
  · right; simp

theorem unfinished {p q : Prop} (h : p ∨ q) : q := by
  rcases h with hp | hq
  · skip
  · assumption
