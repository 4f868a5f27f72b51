import Init.NoSuchModule
theorem never_seen : 1 = 2 := rfl
