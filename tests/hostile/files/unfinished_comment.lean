theorem before : True := trivial
/- the end of this file is in the next one
