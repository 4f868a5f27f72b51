set_option maxRecDepth 50
example : (List.range 100).length = 100 := by decide
set_option maxRecDepth 1000 in
example : (List.range 20).length = 20 := by decide
set_option autoImplicit true
def id' (a : α) : α := a
set_option pp.all true in
#check 1 + 1
section
set_option pp.explicit true
#check 1 + 1
end
#check 1 + 1
set_option no.such.option 1
