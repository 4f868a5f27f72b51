theorem before : True := trivial
def s := "opened here
theorem swallowed : False := trivial
#check before
