#check (sorry : Nat)
#check sorryAx
theorem fine : 1 = 1 := rfl
