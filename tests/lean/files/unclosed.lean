namespace A
section
variable (n : Nat)
theorem t : n = n := rfl
