theorem base : 1 = 2 := sorry
theorem on_top : 2 = 1 := base.symm
theorem clean : 1 = 1 := rfl
#print axioms clean
