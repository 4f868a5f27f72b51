theorem a : 1 = 1 := rfl
def x := (1 + 
theorem b : 1 = 1 := rfl
foo bar
def y := 2
