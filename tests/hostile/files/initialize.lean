import Lean
initialize IO.println "now"
builtin_initialize Lean.searchPathRef.set []
initialize extra : IO.Ref Nat ← IO.mkRef 0
