theorem before : True := trivial
/- opened here
theorem swallowed : False := trivial
