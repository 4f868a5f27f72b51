theorem last : 1 = 1 := rfl
-- the end