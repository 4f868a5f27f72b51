example (a b c : Nat) (f : Nat → Nat) (h : f a = b) (k : a = c) : f c = b := by grind
example (p q : Prop) (hp : p) (hq : q) : p ∧ q := by grind
example (p q : Prop) (hp : p) : p ∧ q := by grind
