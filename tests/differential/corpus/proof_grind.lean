theorem chain (f : Nat → Nat) (a b c : Nat) (h₁ : f a = b) (h₂ : a = c) : f c = b := by grind

theorem split (p q r : Prop) (h : p ∨ q) (hp : p → r) (hq : q → r) : r := by grind

theorem arith (a b : Int) (h : a < b) : a + 1 ≤ b := by grind

theorem too_much (p q : Prop) (h : p ∨ q) : p := by grind
