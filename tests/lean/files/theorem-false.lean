theorem wrong : 1 = 2 := by decide

theorem also_wrong (a b : Nat) : a + b = a := by omega

example : 1 = 2 := rfl
