#check Nat
#check (3 : Int)
#check @Nat.rec
#check fun x => x + 1
#check_failure (3 : String)
#check_failure (3 : Nat)
#print Nat
#print Nat.add
#print Inhabited
#print axioms Nat.add_comm
#print "a string"
#print nothing_by_this_name
#check nothing_by_this_name
#print instances Inhabited
#where
