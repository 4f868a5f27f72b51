theorem nbsp : True := trivial
theorem ok  : True := trivial
#check　Nat
theorem zero​width : True := trivial
