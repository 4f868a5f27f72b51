theorem tabs (p : Prop) (h : p) : p := by
	exact h

def	tabbed	:=	3
example : 1 = 2 := by
		rfl
#check	missing
