theorem mixed : True := trivial
#check mixed
#checkmissing
-- lone return above
example : 1 = 2 := rfl
