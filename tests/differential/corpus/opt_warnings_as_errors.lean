set_option warningAsError true in
theorem strict (x : Nat) : True := trivial

set_option warningAsError true in
theorem strict_sorry : 1 = 2 := sorry

theorem lenient (x : Nat) : True := trivial
