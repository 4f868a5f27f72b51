example : 1 = 2 := by
  have h : 3 = 4 := by sorry
  omega
