set_option warn.sorry false
theorem unproved : 1 = 2 := sorry
example : 1 = 3 := sorry
set_option warn.sorry true
theorem unproved' : 1 = 4 := sorry
