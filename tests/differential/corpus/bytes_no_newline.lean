theorem last : 1 = 1 := rfl
example : 1 = 2 := rfl