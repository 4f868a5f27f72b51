import Std

open Std

theorem min_le (a b : Nat) : min a b ≤ a := by omega

example (p q : Prop) (hp : p) : p ∨ q := by
  left
  exact hp

#check (HashMap.emptyWithCapacity : HashMap Nat String)
