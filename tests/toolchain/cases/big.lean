-- 2 MiB and a line end through whatever stdout is.
def grow (n : Nat) (s : String) : String := if n = 0 then s else grow (n - 1) (s ++ s)
public def main : IO Unit := IO.println (grow 21 "x")
