theorem comp {p q r : Prop} (f : p → q) (g : q → r) : p → r := g ∘ f

theorem or_swap {p q : Prop} : p ∨ q → q ∨ p
  | .inl h => .inr h
  | .inr h => .inl h

theorem ex_map {p q : Nat → Prop} (h : ∀ n, p n → q n) : (∃ n, p n) → ∃ n, q n :=
  fun ⟨n, hn⟩ => ⟨n, h n hn⟩

theorem not_not_em (p : Prop) : ¬¬(p ∨ ¬p) :=
  fun h => h (.inr fun hp => h (.inl hp))

theorem eq_trans' {a b c : Nat} (h₁ : a = b) (h₂ : b = c) : a = c := h₁ ▸ h₂

theorem wrong_side {p q : Prop} (h : p) : p ∨ q := Or.inr h

theorem not_enough {p q : Prop} (h : p) : p ∧ q := ⟨h⟩
