set_option trace.Meta.synthInstance true in
#check (inferInstance : Add Nat)
set_option trace.Elab.definition true in
def f := 1
