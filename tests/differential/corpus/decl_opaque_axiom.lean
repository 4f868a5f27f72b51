axiom choice_of_mine : ∀ p : Prop, p ∨ ¬p
opaque mystery : Nat
opaque bare : Nat → Nat
private def hiddenOne := 1
protected theorem Nat.mine (n : Nat) : n = n := rfl
theorem uses_axiom (p : Prop) : p ∨ ¬p := choice_of_mine p
theorem uses_mystery : mystery = mystery := rfl
example : mystery = 0 := rfl
example : mystery = 0 := by decide
#check Nat.mine
axiom broken : False
theorem anything : 1 = 2 := broken.elim
opaque noInhabitant : False
