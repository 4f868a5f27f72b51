module
import all Init.Data.Nat.Basic

theorem with_all (n : Nat) : n ≤ n := Nat.le_refl n
#print axioms with_all
