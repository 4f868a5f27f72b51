/- `grind` puts equations, cases and known facts together by itself. -/

theorem chain (f : Nat → Nat) (a b c : Nat) (h₁ : f a = b) (h₂ : f b = c) :
    f (f a) = c := by
  grind

theorem either_way (p q r : Prop) (h : p ∨ q) (hp : p → r) (hq : q → r) : r := by
  grind

theorem shifted (a b : Int) (h : 2 * a + b = 7) (k : b = 3) : a = 2 := by
  grind
