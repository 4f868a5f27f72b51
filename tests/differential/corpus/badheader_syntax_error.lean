import
theorem after_nothing : True := trivial
#check Nat
