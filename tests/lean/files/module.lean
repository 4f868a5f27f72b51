module
public import Init
public theorem t : 1 = 1 := rfl
public section
def f := 1
end
#print axioms t
