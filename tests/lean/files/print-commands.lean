#print Nat.add
#print axioms Nat.add_comm
#print Nat
#reduce 2 + 3
#synth Add Nat
#check_failure (1 : String)
#where
#help option pp.all
