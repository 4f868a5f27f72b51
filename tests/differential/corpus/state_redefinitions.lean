notation "theorem!" => 3
macro_rules
  | `(tactic| omega) => `(tactic| fail "omega is off today")
theorem with_omega (a : Nat) : a = a + 0 := by omega
macro "#eval " t:term : command => `(#check $t)
#eval 1 + 1
local macro "rfl" : term => `(sorry)
theorem by_rfl : 1 = 2 := rfl
attribute [-instance] instAddNat
#check (1 + 1 : Nat)
