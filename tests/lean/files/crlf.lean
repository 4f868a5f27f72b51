theorem a : 1 = 1 := rfl

theorem b : 1 = 2 := by
  decide
