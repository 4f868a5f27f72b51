set_option pp.all true
#check fun (n : Nat) => n + 1
set_option pp.all false
#check fun (n : Nat) => n + 1
set_option pp.explicit true in
#check id 3
#check id 3
set_option pp.unicode.fun true in
#check fun (n : Nat) => n
set_option no.such.option true
set_option pp.all 3
set_option maxRecDepth "x"
set_option autoImplicit false
def fails (a : α) : α := a
set_option autoImplicit true in
def works (a : α) : α := a
set_option pp.numericTypes true in
#check (3 : Int)
