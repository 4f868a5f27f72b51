set_option trace.Meta.synthInstance true in
example : Inhabited (Nat × Nat) := inferInstance

set_option trace.Elab.definition true in
def traced := 3

set_option trace.no.such.class true

set_option profiler.threshold 100000 in
theorem fast : True := trivial
