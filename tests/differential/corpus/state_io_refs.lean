initialize counter : IO.Ref Nat ← IO.mkRef 0
builtin_initialize otherCounter : IO.Ref Nat ← IO.mkRef 1
#check counter
#eval counter.get
