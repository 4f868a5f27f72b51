#check (fun (a : Nat) (b : Nat → Nat → Nat) (c : ∀ x y z : Nat, x + y = z → b x y = z) (d : a = b a a) => (c a a (b a a)))
example (first second third : Nat) (hypothesis : first + second = third) (another : ∀ x, x + first = second → x = third) : third * first = second * third + first := by
  skip
#print Nat.rec
#print Monad
example : (∀ (a b c d e f g h : Nat), a + b + c + d + e + f + g + h = h + g + f + e + d + c + b + a + 1) := by
  decide
#check_failure (⟨1, 2, 3⟩ : Nat × Nat × Nat × Nat)
