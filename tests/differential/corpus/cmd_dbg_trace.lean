def traced (n : Nat) : Nat := dbg_trace "n is {n}"; n + 1
#eval traced 3
def traced' (n : Nat) : Nat := dbgTrace s!"again {n}" fun _ => n
#eval traced' 4
def shown (n : Nat) : Nat := dbgTraceVal n
#eval shown 5
theorem traced_rfl : traced 1 = 2 := rfl
