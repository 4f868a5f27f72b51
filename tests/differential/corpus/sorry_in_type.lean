def Claim : Prop := sorry
theorem about_nothing : (sorry : Prop) → True := fun _ => trivial
structure Odd where
  n : Nat := sorry
def inDefault (n : Nat := sorry) : Nat := n
axiom ax : (sorry : Nat) = 3
